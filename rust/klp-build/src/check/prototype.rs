// SPDX-License-Identifier: GPL-2.0

//! The prototype of a replacement is that of the function which it replaces.
//!
//! ```text
//!  module's DWARF ──► prototype ──┐
//!                                 ├──► compare
//!  kernel's BTF ────► prototypes ─┘
//! ```
//!
//! Both are read into the same few types; [`compare`] says what agrees with what.
//!
//! Of what the author declares `#[unexported]`, neither DWARF nor the symbol tells the type: it is not checked here.

mod compare;
mod from_btf;
mod from_dwarf;
mod print;
#[cfg(test)]
mod tests;
mod types;

use std::path::Path;

use livepatch_btf::Btf;
use livepatch_elf::File;
use livepatch_symbols::{Lookup, Object};

use self::compare::{compare, Difference, Verdict};
use self::from_dwarf::Prototypes;
use self::types::Prototype;
use super::context::Context;
use super::dwarf::{self, DebugInfo, Found, Functions};
use super::finding::{Finding, Findings};
use super::model::NewFunc;
use super::Error;

/// The name of the rule.
const RULE: &str = "prototype";
/// How much memory the debug information of a module may take where it has to be decompressed or relocated.
const LIMIT: usize = 256 << 20;
/// How many prototypes of the kernel are written at most.
const CANDIDATES: usize = 4;
/// How many functions are named that were not checked.
const NAMED: usize = 4;

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    if context
        .livepatch
        .funcs()
        .all(|(_, func)| func.new_func.is_none())
    {
        return Ok(());
    }
    let info = DebugInfo::load(context.file(), LIMIT);
    let functions = match info.as_ref().map(Functions::new) {
        Ok(Ok(functions)) => functions,
        Ok(Err(error)) => return unread(&error, findings),
        Err(error) => return unread(error, findings),
    };
    let prototypes = Prototypes::new(&functions);
    let mut unchecked = Vec::new();

    for patched in &context.livepatch.objects {
        let Lookup::Found(object) = context.kernel().object(&patched.name)? else {
            continue;
        };
        let btf = context.target.btf_of(&object)?;

        for func in &patched.funcs {
            let name = func.old_name.as_str();
            let symbols = object.symbols(name).len();
            let Some(new_func) = &func.new_func else {
                continue;
            };
            // What is missing has been refused.
            if symbols == 0 {
                continue;
            }
            let finding = of_replacement(&functions, &prototypes, new_func).and_then(|ours| {
                let kernels = of_kernel(btf.as_deref(), &object, name)?;

                judge(name, &ours, &kernels, symbols)
            });

            match finding {
                Ok(None) => {}
                Ok(Some(finding)) => {
                    findings.push(finding.object(object.name()).symbol(func.to_string()));
                }
                Err(reason) => unchecked.push((func.to_string(), reason)),
            }
        }
    }
    report_unchecked(&unchecked, findings);
    Ok(())
}

/// Says that there is no debug information to be had.
fn unread(error: &dwarf::Error, findings: &mut Findings) -> Result<(), Error> {
    findings.push(Finding::unknown(
        RULE,
        format!("the prototypes of its functions, since {error}"),
        "check the module as it is built, before it is stripped, for a kernel with CONFIG_DEBUG_INFO",
    ));
    Ok(())
}

/// Says which functions were not checked, and why.
fn report_unchecked(unchecked: &[(String, String)], findings: &mut Findings) {
    let mut names: Vec<_> = unchecked
        .iter()
        .take(NAMED)
        .map(|(name, reason)| format!("{name} ({reason})"))
        .collect();
    if names.is_empty() {
        return;
    }
    if let Some(more) = unchecked.len().checked_sub(NAMED).filter(|more| *more != 0) {
        names.push(format!("{more} more"));
    }

    findings.push(Finding::unknown(
        RULE,
        format!("the prototypes of {}", names.join(", ")),
        "compare them with the source of the kernel",
    ));
}

/// Reads the prototype of a replacement.
///
/// # Errors
///
/// If it cannot be read: the reason.
fn of_replacement(
    functions: &Functions<'_>,
    prototypes: &Prototypes<'_, '_>,
    new_func: &NewFunc,
) -> Result<Prototype, String> {
    let address = DebugInfo::address(new_func.section, new_func.offset);

    match functions.find(new_func.name.as_bytes(), address) {
        Found::Function(function) if !functions.has_types(function.unit) => {
            Err("its debug information is for backtraces only, without types".to_owned())
        }
        Found::Function(function) => prototypes.read(function),
        Found::Merged(other) => Err(format!(
            "the compiler found its code to be that of {}, and describes only that",
            String::from_utf8_lossy(other)
        )),
        Found::Several => Err("the module has several functions of that name".to_owned()),
        Found::None => Err("the debug information of the module does not have it".to_owned()),
    }
}

/// Reads the prototypes that the kernel has for a name.
///
/// # Errors
///
/// If there are none: the reason.
fn of_kernel(btf: Option<&Btf>, object: &Object, name: &str) -> Result<Vec<Prototype>, String> {
    let mut kernels = Vec::new();

    if let Some(btf) = btf {
        // A module's functions are its own: that the kernel has some of the same name means nothing.
        for func in btf.functions(name) {
            if btf.owns(func) {
                let prototype =
                    from_btf::prototype(btf, func).map_err(|error| format!("its BTF: {error}"))?;

                kernels.push(prototype);
            }
        }
    }
    // Modules that were not stripped: those of one's own.
    if kernels.is_empty() {
        kernels.extend(object.file().and_then(|path| of_file(path, name)));
    }
    if kernels.is_empty() {
        return Err(match btf {
            None => format!("the BTF of {} is not known", object.name()),
            Some(_) => format!(
                "the BTF of {} does not have it: it leaves out those whose prototypes differ between files or which the compiler changed",
                object.name()
            ),
        });
    }
    Ok(kernels)
}

/// Reads the prototype of a function of a module that has debug information.
fn of_file(path: &Path, name: &str) -> Option<Prototype> {
    let (bytes, _) = livepatch_elf::read(path).ok()?;
    let file = File::parse(&bytes).ok()?;
    let info = DebugInfo::load(&file, LIMIT).ok()?;
    let functions = Functions::new(&info).ok()?;

    match functions.find(name.as_bytes(), None) {
        Found::Function(function) => Prototypes::new(&functions).read(function).ok(),
        _ => None,
    }
}

/// Compares the prototype of a replacement with those that the kernel has for `symbols` functions of the name.
///
/// # Errors
///
/// If they cannot be compared: the reason.
fn judge(
    name: &str,
    ours: &Prototype,
    kernels: &[Prototype],
    symbols: usize,
) -> Result<Option<Finding>, String> {
    let mut first = None;
    let mut unknown = None;

    for kernel in kernels {
        match compare(ours, kernel) {
            Verdict::Same => return Ok(None),
            Verdict::Differs(difference) => first = first.or(Some(difference)),
            Verdict::Unknown(reason) => unknown = Some(reason),
        }
    }
    if let Some(reason) = unknown {
        return Err(reason);
    }
    let Some(difference) = first else {
        return Ok(None);
    };
    let mut declared: Vec<_> = kernels
        .iter()
        .map(|kernel| format!("`{}`", kernel.declare(name)))
        .collect();

    // Old tools tell of the first file only.
    let is_certain = symbols <= kernels.len();
    declared.sort();
    declared.dedup();
    let what_to_do = match difference {
        Difference::Variadic { ours: false } => {
            "write the replacement in C, in a .c file of the fix: a Rust function cannot be variadic"
        }
        _ => "give it the prototype that the kernel's function has",
    };
    let mut what = format!(
        "its replacement has another prototype: {difference}; the replacement is `{}`, the kernel's is {}",
        ours.declare(name),
        declared
            .iter()
            .take(CANDIDATES)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" or ")
    );

    Ok(Some(if is_certain {
        Finding::refused(RULE, what, what_to_do)
    } else {
        what.push_str(&format!(
            ", which need not be that of each of the {symbols} functions of the name"
        ));
        Finding::warning(RULE, what, what_to_do)
    }))
}
