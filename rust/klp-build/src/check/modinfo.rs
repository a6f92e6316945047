// SPDX-License-Identifier: GPL-2.0

//! What the module says of itself fits what it is, and the kernel.

use livepatch_abi::limit::MODULE_NAME;
use livepatch_abi::modinfo::{GPL_COMPATIBLE, LICENSE, LIVEPATCH, LIVEPATCH_YES};
use livepatch_symbols::Lookup;

use super::context::Context;
use super::finding::{Finding, Findings};
use super::Error;

/// The keys that Kbuild writes.
const NAME: &str = "name";
const VERMAGIC: &str = "vermagic";

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    livepatch(context, findings);
    license(context, findings);
    name(context, findings)?;
    vermagic(context, findings)
}

fn livepatch(context: &Context<'_>, findings: &mut Findings) {
    let values: Vec<_> = context
        .file()
        .modinfo()
        .filter(|(key, _)| *key == LIVEPATCH)
        .map(|(_, value)| value)
        .collect();

    if values.is_empty() {
        findings.push(Finding::refused(
            "no_livepatch",
            "`livepatch=Y` is missing in .modinfo: the kernel enables no livepatch of a module without it",
            "add MODULE_INFO(livepatch, \"Y\"), or leave the file out if it is no livepatch",
        ));
    } else if let Some(other) = values.iter().find(|value| **value != LIVEPATCH_YES) {
        findings.push(Finding::refused(
            "livepatch_value",
            format!("`livepatch={other}` in .modinfo: tools know livepatches by the value {LIVEPATCH_YES}"),
            "write MODULE_INFO(livepatch, \"Y\")",
        ));
    }
}

fn license(context: &Context<'_>, findings: &mut Findings) {
    let license = context.file().modinfo_value(LICENSE);

    if !is_gpl(license) {
        findings.push(Finding::refused(
            "license",
            format!(
                "the licence is {}: klp_enable_patch() is exported to modules with a GPL-compatible one only",
                license.map_or_else(|| "missing in .modinfo".to_owned(), |license| format!("{license:?}")),
            ),
            format!("use one of {}", GPL_COMPATIBLE.join(", ")),
        ));
    }
}

/// Returns whether the kernel takes a licence for compatible with its own.
pub(super) fn is_gpl(license: Option<&str>) -> bool {
    license.is_some_and(|license| GPL_COMPATIBLE.contains(&license))
}

/// Returns the name that a module's file gives it; [`None`] if it has no file name.
pub(super) fn name_of_file(path: &std::path::Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let stem = file
        .find(".ko")
        .and_then(|end| file.get(..end))
        .unwrap_or(file);

    Some(stem.replace('-', "_"))
}

fn name(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let Some(name) = context.file().modinfo_value(NAME) else {
        findings.push(Finding::refused(
            "no_name",
            "`name=` is missing in .modinfo",
            "build the module with Kbuild, which writes it",
        ));
        return Ok(());
    };

    if name.len() > MODULE_NAME {
        findings.push(Finding::refused(
            "name_too_long",
            format!(
                "the module is called {name}, which has {} bytes: the kernel takes {MODULE_NAME}",
                name.len()
            ),
            "give the livepatch a shorter name",
        ));
    }
    if name_of_file(context.path).is_some_and(|file| file != name.replace('-', "_")) {
        findings.push(Finding::refused(
            "name_of_file",
            format!("the module is called {name}, and its file is not: nobody finds it under the file's name"),
            format!("call the file {name}.ko"),
        ));
    }
    let taken = match context.kernel().object(name)? {
        Lookup::Found(_) => Some("has a module"),
        Lookup::BuiltIn => Some("has, built in, a module"),
        Lookup::Missing { .. } | Lookup::Unknown(_) => None,
    };
    if let Some(taken) = taken {
        findings.push(Finding::refused(
            "name_taken",
            format!("the kernel {taken} called {name}: only one of them can be loaded"),
            "give the livepatch another name",
        ));
    }
    Ok(())
}

fn vermagic(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let file = context.file();
    let Some(ours) = file.modinfo_value(VERMAGIC) else {
        findings.push(Finding::refused(
            "no_vermagic",
            "`vermagic=` is missing in .modinfo: the kernel loads no such module",
            "build the module with Kbuild, which writes it",
        ));
        return Ok(());
    };
    let Some(theirs) = context.target.vermagic()? else {
        // The release is its first word.
        match context.kernel().release() {
            Ok(release) if ours.split(' ').next() != Some(release) => {
                findings.push(wrong_vermagic(ours, release))
            }
            _ => findings.push(Finding::unknown(
                "vermagic",
                "the vermagic, since none of the kernel's modules is known",
                "give a kernel with its modules",
            )),
        }
        return Ok(());
    };
    if ours.trim_end() != theirs.trim_end() {
        findings.push(wrong_vermagic(ours, theirs));
    }
    Ok(())
}

fn wrong_vermagic(ours: &str, theirs: &str) -> Finding {
    Finding::refused(
        "vermagic",
        format!(
            "it was built for the kernel {:?}, and this is {:?}",
            ours.trim_end(),
            theirs.trim_end()
        ),
        "build it for this kernel, with the headers and the configuration of exactly this one",
    )
}
