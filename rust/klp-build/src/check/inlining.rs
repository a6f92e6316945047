// SPDX-License-Identifier: GPL-2.0

//! A function that is inlined into its callers is replaced only where it is called.
//!
//! The debug information of the kernel tells it, where that is given. Without, the symbols and the call sites give hints: see [`hints`].

mod copies;
mod files;
mod hints;
mod image;
mod needles;
mod references;
mod sources;
#[cfg(test)]
mod tests;

use std::path::Path;

use livepatch_elf::File;
use livepatch_symbols::{Kind, Lookup, Object, Resolution, Site, Symbol};

use self::copies::{Caller, Copies, Wanted};
use self::files::Bytes;
use self::hints::Hints;
use super::context::Context;
use super::dwarf::{DebugInfo, Error as DwarfError};
use super::finding::{Finding, Findings};
use super::model::{self, Func};
use super::Error;

/// The name of the rule.
const RULE: &str = "inlined";
/// The name of the rule where it is a guess.
const HINT: &str = "inlined_hint";
/// How much memory the debug information of a kernel or a module may take where it has to be decompressed or relocated.
const LIMIT: usize = 1 << 30;
/// How many functions are named.
const NAMED: usize = 8;

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    for patched in &context.livepatch.objects {
        let Lookup::Found(object) = context.kernel().object(&patched.name)? else {
            continue;
        };
        // What cannot be found, or is nothing that ftrace can change, has been refused.
        let funcs: Vec<_> = patched
            .funcs
            .iter()
            .filter_map(|func| {
                let sympos = u32::try_from(func.sympos).ok()?;

                match object.resolve(&func.old_name, sympos) {
                    Resolution::Found(symbol) if can_be_replaced(&symbol) => Some((func, symbol)),
                    _ => None,
                }
            })
            .collect();

        if !funcs.is_empty() {
            check_object(context, patched, &object, &funcs, findings);
        }
    }
    Ok(())
}

/// Returns whether a livepatch can replace what the symbol names, as far as the kernel tells.
fn can_be_replaced(symbol: &Symbol<'_>) -> bool {
    symbol.kind == Kind::Text && !symbol.init && symbol.ftrace != Site::No
}

/// Checks the functions of an object.
fn check_object(
    context: &Context<'_>,
    patched: &model::Object,
    object: &Object,
    funcs: &[(&Func, Symbol<'_>)],
    findings: &mut Findings,
) {
    let mut told = vec![Copies::Missing; funcs.len()];

    for path in files::candidates(context.kernel().sources(), object) {
        match copies_in(&path, object, funcs) {
            Ok(found) => {
                for (told, found) in told.iter_mut().zip(found) {
                    if *told == Copies::Missing {
                        *told = found;
                    }
                }
            }
            Err(Failed::NoDebugInfo) => {}
            Err(Failed::Reason(reason)) => findings.push(
                Finding::unknown(
                    RULE,
                    format!("what was inlined, by debug information: {reason}"),
                    "give the kernel's own, with --vmlinux",
                )
                .object(object.name()),
            ),
        }
        if !told.contains(&Copies::Missing) {
            break;
        }
    }
    let hints = Hints::new(context, object);

    for ((func, symbol), copies) in funcs.iter().zip(told) {
        let finding = match copies {
            Copies::In(callers) => inlined(&remaining(callers, patched, object)),
            Copies::Missing | Copies::Ambiguous => hints.check(symbol),
        };

        if let Some(finding) = finding {
            findings.push(finding.object(object.name()).symbol(func.to_string()));
        }
    }
}

/// Why a file tells nothing.
enum Failed {
    /// It has no debug information.
    NoDebugInfo,
    /// It is for this reason.
    Reason(String),
}

/// Finds the copies of functions in the debug information of a file.
fn copies_in(
    path: &Path,
    object: &Object,
    funcs: &[(&Func, Symbol<'_>)],
) -> Result<Vec<Copies>, Failed> {
    let failed =
        |error: &dyn std::fmt::Display| Failed::Reason(format!("{}: {error}", path.display()));
    let bytes = Bytes::open(path).map_err(Failed::Reason)?;
    let file = File::parse(bytes.as_slice()).map_err(|error| failed(&error))?;
    let info = DebugInfo::load(&file, LIMIT).map_err(|error| match error {
        DwarfError::None => Failed::NoDebugInfo,
        error => failed(&error),
    })?;
    let wanted: Vec<_> = funcs
        .iter()
        .map(|(func, symbol)| Wanted {
            name: &func.old_name,
            address: address(&file, object, symbol),
        })
        .collect();

    copies::find(&info, &wanted).map_err(|error| failed(&error))
}

/// Returns where the code of a function is in the debug information of a file.
fn address(file: &File<'_>, object: &Object, symbol: &Symbol<'_>) -> Option<u64> {
    if object.is_vmlinux() {
        return files::shifted(file, object, symbol.address);
    }
    let (section, _) = file.section_by_name(symbol.section?)?;

    DebugInfo::address(section, symbol.address)
}

/// Returns the callers that go on with the old code: neither replaced themselves nor gone by the time the livepatch comes.
fn remaining(callers: Vec<Caller>, patched: &model::Object, object: &Object) -> Vec<Caller> {
    callers
        .into_iter()
        .filter(|caller| {
            let is_replaced = patched
                .funcs
                .iter()
                .any(|func| func.old_name == caller.name);
            let symbols = object.symbols(&caller.name);
            let is_gone = !symbols.is_empty() && symbols.iter().all(|symbol| symbol.init);

            !is_replaced && !is_gone
        })
        .collect()
}

fn inlined(callers: &[Caller]) -> Option<Finding> {
    if callers.is_empty() {
        return None;
    }
    let mut names: Vec<_> = callers
        .iter()
        .take(NAMED)
        .map(|caller| format!("{} ({})", caller.name, caller.file))
        .collect();

    if let Some(more) = callers.len().checked_sub(NAMED).filter(|more| *more != 0) {
        names.push(format!("{more} more"));
    }
    Some(Finding::refused(
        RULE,
        format!(
            "it is inlined into {} as well, {} with the old code",
            names.join(", "),
            match callers.len() {
                1 => "which goes on",
                _ => "which go on",
            }
        ),
        match callers.len() {
            1 => "replace that function too, or instead",
            _ => "replace those functions too, or instead",
        },
    ))
}
