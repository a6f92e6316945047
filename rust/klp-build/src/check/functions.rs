// SPDX-License-Identifier: GPL-2.0

//! Each function that a livepatch replaces is there, is the one that is meant, and can be replaced.

use livepatch_btf::TypeId;
use livepatch_symbols::{Kind, Lookup, Object, Resolution, Site, Symbol};

use super::candidates;
use super::context::Context;
use super::finding::{Finding, Findings};
use super::model::{self, Func};
use super::target::Target;
use super::Error;

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    if context.livepatch.kind == model::Kind::RunTime {
        findings.push(Finding::unknown(
            "tables",
            "what it replaces, since its tables are made at run time",
            "make the tables static, as #[fix] does",
        ));
    }
    for patched in &context.livepatch.objects {
        let Some(object) = find_object(context, &patched.name, findings)? else {
            continue;
        };
        for func in &patched.funcs {
            check_func(context, &object, func, findings)?;
        }
    }
    Ok(())
}

/// Finds an object of the livepatch in the kernel.
fn find_object(
    context: &Context<'_>,
    name: &str,
    findings: &mut Findings,
) -> Result<Option<Object>, Error> {
    let refused = |rule, what: String, what_to_do: String| {
        Finding::refused(rule, what, what_to_do).object(name)
    };

    match context.kernel().object(name)? {
        Lookup::Found(object) => {
            if object.name() != name {
                findings.push(refused(
                    "object_name",
                    format!("a loaded module is never called {name}: `-` in the name of a file is `_` then"),
                    format!("write object = \"{}\"", object.name()),
                ));
            }
            return Ok(Some(object));
        }
        Lookup::BuiltIn => findings.push(refused(
            "object_built_in",
            "it is built into this kernel, which never loads a module of that name".to_owned(),
            "replace the functions in vmlinux".to_owned(),
        )),
        Lookup::Missing { similar } => findings.push(refused(
            "object_missing",
            "this kernel has no such module".to_owned(),
            suggestion(&similar).unwrap_or_else(|| {
                "correct the object's name, or leave it out for this kernel".to_owned()
            }),
        )),
        Lookup::Unknown(unknown) => findings.push(Finding::unknown(
            if name == livepatch_abi::object::VMLINUX {
                "symbols"
            } else {
                "modules"
            },
            format!(
                "whether the functions of {name} are there, for lack of the kernel's {}",
                unknown.0
            ),
            "give a kernel directory that has it",
        )),
    }
    Ok(None)
}

/// Says what a name may have been meant to be.
pub(super) fn suggestion(similar: &[String]) -> Option<String> {
    (!similar.is_empty()).then(|| format!("did you mean {}?", similar.join(", ")))
}

fn check_func(
    context: &Context<'_>,
    object: &Object,
    func: &Func,
    findings: &mut Findings,
) -> Result<(), Error> {
    let name = func.old_name.as_str();
    let about = |finding: Finding| finding.object(object.name()).symbol(func.to_string());
    // A position that is no u32 is beyond every table.
    let sympos = u32::try_from(func.sympos).unwrap_or(u32::MAX);

    if func.new_func.is_none() {
        findings.push(about(Finding::refused(
            "no_new_function",
            "its entry in the table has no new function",
            "name the function that replaces it",
        )));
    }
    let symbol = match object.resolve(name, sympos) {
        Resolution::Found(symbol) => symbol,
        Resolution::Missing => {
            let finding = missing(context, object, name)?;
            findings.push(about(finding));
            return Ok(());
        }
        Resolution::Ambiguous(symbols) => {
            findings.push(about(Finding::refused(
                "function_ambiguous",
                format!(
                    "there are {} symbols of this name: {}",
                    symbols.len(),
                    candidates::list(context.target, object, &symbols)?
                ),
                format!("say which one, with a sympos of 1 to {}", symbols.len()),
            )));
            return Ok(());
        }
        Resolution::OutOfRange(symbols) => {
            let (what, what_to_do) = candidates::out_of_range(
                context.target,
                object,
                func.sympos,
                &symbols,
                "a sympos",
            )?;
            findings.push(about(Finding::refused("sympos", what, what_to_do)));
            return Ok(());
        }
        Resolution::Unsteady { loaded, loading } => {
            findings.push(about(unsteady(loaded, loading)));
            return Ok(());
        }
    };

    if let Some(finding) = unpatchable(context.target, object, &symbol)? {
        if finding.severity == super::finding::Severity::Unknown {
            findings.push(finding);
        } else {
            findings.push(about(finding));
        }
    }
    Ok(())
}

/// A symbol that depends on whether the module or the livepatch is loaded first.
pub(super) fn unsteady(loaded: Option<Symbol<'_>>, loading: Option<Symbol<'_>>) -> Finding {
    let describe = |symbol: Option<Symbol<'_>>| match symbol {
        Some(symbol) => format!("the one at {}", candidates::place(&symbol)),
        None => "none".to_owned(),
    };

    Finding::refused(
        "symbol_unsteady",
        format!(
            "the module has symbols of this name that are discarded after its initialisation, so that if it is loaded before \
             the livepatch this is {}, and if after, {}",
            describe(loaded),
            describe(loading)
        ),
        "use another symbol, since no sympos is right in both cases",
    )
}

/// Says why there is no symbol of a name.
fn missing(context: &Context<'_>, object: &Object, name: &str) -> Result<Finding, Error> {
    let clones = object.clones(name);

    if !clones.is_empty() {
        let mut names: Vec<_> = clones.iter().map(|symbol| symbol.name).collect();
        names.dedup();
        return Ok(Finding::refused(
            "function_cloned",
            format!(
                "the compiler left no function of this name, only {}, whose arguments or body can differ from the source's",
                names.join(", ")
            ),
            "replace the functions that call it, or the clone under its own name with the arguments that it has",
        ));
    }

    let elsewhere = elsewhere(context, object, name)?;
    let what_to_do = match elsewhere.first() {
        Some(other) => format!("it is in {}: write object = \"{other}\"", elsewhere.join(" and in ")),
        None => suggestion(&context.target.similar(object, name)).unwrap_or_else(|| {
            "correct the name, or replace the functions that call it: it may have been inlined into all of them".to_owned()
        }),
    };

    Ok(Finding::refused(
        "function_missing",
        format!("{} has no symbol of this name", object.name()),
        what_to_do,
    ))
}

/// Returns other objects that have a symbol of the name.
pub(super) fn elsewhere(
    context: &Context<'_>,
    object: &Object,
    name: &str,
) -> Result<Vec<String>, Error> {
    let exporter = match context.kernel().export(name) {
        Ok(export) => export.map(|export| export.module.to_owned()),
        Err(livepatch_symbols::Error::Unknown(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let objects = context
        .livepatch
        .objects
        .iter()
        .map(|object| object.name.clone());
    let mut found = Vec::new();

    for other in [livepatch_abi::object::VMLINUX.to_owned()]
        .into_iter()
        .chain(exporter)
        .chain(objects)
    {
        if other == object.name() || found.contains(&other) {
            continue;
        }
        if let Lookup::Found(object) = context.kernel().object(&other)? {
            if !object.symbols(name).is_empty() {
                found.push(other);
            }
        }
    }
    Ok(found)
}

/// Says why a symbol cannot be replaced, if so.
pub(crate) fn unpatchable(
    target: &Target<'_>,
    object: &Object,
    symbol: &Symbol<'_>,
) -> Result<Option<Finding>, Error> {
    if !matches!(symbol.kind, Kind::Text | Kind::Other) {
        return Ok(Some(Finding::refused(
            "function_is_data",
            format!("it is {}, not a function", kind(symbol.kind)),
            "correct the name; data is changed with a callback or a shadow variable",
        )));
    }
    if symbol.init {
        return Ok(Some(Finding::refused(
            "function_is_init",
            "it is __init: it has run, and is gone, before a livepatch can replace it",
            "replace what uses its results, or mend these in a callback",
        )));
    }
    Ok(match symbol.ftrace {
        Site::Yes => None,
        Site::No => Some(no_site(target, object, symbol)?),
        Site::Unknown => Some(Finding::unknown(
            "ftrace",
            format!("whether functions of {} have an ftrace site, since the list of them is not known", object.name()),
            "give a kernel directory with the file ftrace, or --running as root with tracefs mounted",
        )),
    })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a function",
        Kind::Data => "a variable",
        Kind::ReadOnly => "a constant",
        Kind::PerCpu => "a per-CPU variable",
        Kind::Absolute => "a number",
        Kind::Other => "something else",
    }
}

/// Says why a function has no ftrace site, as far as that can be told.
fn no_site(target: &Target<'_>, object: &Object, symbol: &Symbol<'_>) -> Result<Finding, Error> {
    let within = |start: &str, end: &str| {
        let address = |name: &str| object.symbols(name).first().map(|symbol| symbol.address);
        match (address(start), address(end)) {
            (Some(start), Some(end)) => (start..end).contains(&symbol.address),
            _ => false,
        }
    };
    let section = symbol.section.unwrap_or_default();
    let is_noinstr = section == ".noinstr.text"
        || (object.is_vmlinux() && within("__noinstr_text_start", "__noinstr_text_end"));
    let is_entry = section == ".entry.text"
        || (object.is_vmlinux() && within("__entry_text_start", "__entry_text_end"));
    // An assembler describes functions as well, but not what they take.
    let types = target.btf_of(object)?;
    let prototypes = types.as_ref().map(|btf| btf.functions(symbol.name));
    let takes_nothing = |function: &TypeId| {
        let prototype = types.as_ref().and_then(|btf| btf.prototype(*function).ok());
        prototype.is_some_and(|prototype| {
            prototype.params.is_empty() && prototype.return_type == TypeId::VOID
        })
    };

    let why = match prototypes.as_deref() {
        Some([]) if symbol.global => "it is written in assembly, or in Rust: it has no type information either",
        Some([_, ..]) if prototypes.iter().flatten().all(takes_nothing) => {
            "it takes and returns nothing, as far as the type information tells, so it is written in assembly, or is notrace"
        }
        _ if is_noinstr => "it is noinstr, code in which nothing may be traced",
        _ if is_entry => "it is entry code, where nothing may be traced",
        Some([_, ..]) => "it is notrace, or in a file that is compiled without tracing",
        _ => "it is notrace, or no C",
    };
    Ok(Finding::refused(
        "no_ftrace_site",
        format!("it has no ftrace site, so calls of it cannot be redirected: {why}"),
        "replace the functions that call it",
    ))
}
