// SPDX-License-Identifier: GPL-2.0

//! Each klp relocation is one that the kernel applies, and finds the symbol of.
//!
//! C source: `klp_resolve_symbols()` in `kernel/livepatch/core.c`. Document: `Documentation/livepatch/module-elf-format.rst`.

use std::collections::{BTreeMap, BTreeSet};

use livepatch_abi::limit::{FUNCTION_NAME, MODULE_NAME};
use livepatch_abi::object::VMLINUX;
use livepatch_abi::unexported::{
    Reference, REFERENCE_PREFIX, RELA_PREFIX, SHF_RELA_LIVEPATCH, SHN_LIVEPATCH, SYMBOL_PREFIX,
};
use livepatch_elf::Place;
use livepatch_symbols::{Lookup, Resolution};

use super::context::Context;
use super::finding::{Finding, Findings};
use super::functions::{elsewhere, suggestion, unsteady};
use super::{candidates, special, Error};
use crate::loader;

/// What the sections begin with in which upstream's klp-build leaves relocations to its last step.
const UNFINISHED: &str = "__klp_relocs.";

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    unlinked(context, findings);

    // Where each symbol is used: by relocations of which object.
    let mut used: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for (index, section) in context.file().sections.iter().enumerate() {
        let has_flag = section.sh_flags & SHF_RELA_LIVEPATCH != 0;
        let has_name = section.name.starts_with(RELA_PREFIX);

        if has_flag || has_name {
            check_section(context, index, has_flag, &mut used, findings)?;
        }
    }
    ordinary(context, findings)?;
    for (index, symbol) in context.file().symbols.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let is_marked = symbol.place == Place::Reserved(SHN_LIVEPATCH);

        if is_marked || symbol.name.starts_with(SYMBOL_PREFIX) {
            check_symbol(context, &symbol.name, is_marked, used.get(&index), findings)?;
        }
    }
    Ok(())
}

/// Finds a module that no tool has finished.
fn unlinked(context: &Context<'_>, findings: &mut Findings) {
    let file = context.file();
    let names: BTreeSet<&str> = file
        .symbols
        .iter()
        .filter_map(|symbol| symbol.name.strip_prefix(REFERENCE_PREFIX))
        .collect();

    if !names.is_empty() {
        let names: Vec<_> = names.iter().take(8).copied().collect();
        findings.push(Finding::refused(
            "unlinked",
            format!(
                "it still has placeholders for symbols that are not exported ({}), which the loader refuses",
                names.join(", ")
            ),
            "run klp-build link on it",
        ));
    }
    for section in &file.sections {
        if section.name.starts_with(UNFINISHED) {
            findings.push(Finding::refused(
                "unlinked",
                format!(
                    "its section {} is an intermediate one of the kernel's klp-build",
                    section.name
                ),
                "run objtool klp post-link on it",
            ));
        }
    }
}

/// Checks a section of klp relocations.
fn check_section(
    context: &Context<'_>,
    index: usize,
    has_flag: bool,
    used: &mut BTreeMap<u32, BTreeSet<String>>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let file = context.file();
    let Some(section) = file.section(index) else {
        return Ok(());
    };
    let malformed = |what: String, what_to_do: &str| {
        Finding::refused(
            "klp_section",
            format!("its section {} {what}", section.name),
            what_to_do,
        )
    };
    let again = "make the klp relocations anew, with klp-build link";
    let parts = section
        .name
        .strip_prefix(RELA_PREFIX)
        .and_then(|rest| rest.split_once('.'));
    let Some((object, place)) =
        parts.filter(|(object, _)| !object.is_empty() && object.len() <= MODULE_NAME)
    else {
        findings.push(malformed(
            format!("is not called {RELA_PREFIX}<object>.<section>, though it is marked as klp relocations"),
            again,
        ));
        return Ok(());
    };

    if !has_flag {
        findings.push(malformed(
            "lacks the flag SHF_RELA_LIVEPATCH, so nobody applies it".to_owned(),
            again,
        ));
    }
    if !section.is_alloc() {
        findings.push(malformed(
            "lacks the flag SHF_ALLOC, so it is gone when it is to be applied".to_owned(),
            again,
        ));
    }
    if !section.is_relocations() {
        findings.push(malformed("does not hold relocations".to_owned(), again));
        return Ok(());
    }
    let target = usize::try_from(section.sh_info)
        .ok()
        .filter(|target| *target != 0);
    let Some((target, name)) =
        target.and_then(|target| Some((target, file.section(target)?.name.as_ref())))
    else {
        findings.push(malformed("applies to no section".to_owned(), again));
        return Ok(());
    };
    if name != place {
        findings.push(
            Finding::warning(
                "klp_section_name",
                format!(
                    "its section {} applies to {name}, which is not what its name says",
                    section.name
                ),
                again,
            )
            .object(object),
        );
    }
    if object != VMLINUX && !context.livepatch.has_object(object) && context.livepatch.is_known() {
        findings.push(
            Finding::refused(
                "klp_object",
                format!(
                    "the relocations of {} are never applied, since the livepatch does not change that object",
                    section.name
                ),
                "replace a function of the object or give it callbacks; or use symbols of objects that it changes only",
            )
            .object(object),
        );
    }

    let mut places = Vec::new();
    for relocation in file
        .relocations(index)
        .map_err(|source| Error::elf(context.path, source))?
        .iter()
    {
        let symbol = file.symbol_name(relocation.r_sym);
        match file.symbol(relocation.r_sym).map(|symbol| symbol.place) {
            Some(Place::Reserved(SHN_LIVEPATCH)) => {
                used.entry(relocation.r_sym)
                    .or_default()
                    .insert(object.to_owned());
                places.push((relocation.r_offset, relocation.r_sym));
                if let Some(unfit) = loader::unfit(file, target, &relocation, object != VMLINUX) {
                    let reference = Reference::parse_klp_symbol(symbol);
                    findings.push(
                        Finding::refused(
                            "klp_relocation",
                            format!("{name}+{:#x}: {}", relocation.r_offset, unfit.what()),
                            unfit.what_to_do(),
                        )
                        .object(object)
                        .symbol(reference.map_or(symbol, |reference| reference.symbol)),
                    );
                }
            }
            _ => findings.push(
                Finding::refused(
                    "klp_symbol",
                    format!(
                        "{} refers to it, and it is not marked with SHN_LIVEPATCH",
                        section.name
                    ),
                    again,
                )
                .object(object)
                .symbol(symbol),
            ),
        }
    }
    special::check_places(context, object, target, &places, findings)
}

/// Finds ordinary relocations to symbols that only klp relocations may use.
fn ordinary(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let file = context.file();

    for (index, section) in file.sections.iter().enumerate() {
        let target = usize::try_from(section.sh_info)
            .ok()
            .and_then(|target| file.section(target));
        let is_loaded = target.is_some_and(|target| target.is_alloc());
        let is_klp =
            section.sh_flags & SHF_RELA_LIVEPATCH != 0 || section.name.starts_with(RELA_PREFIX);
        if !section.is_relocations() || is_klp || !is_loaded {
            continue;
        }
        for relocation in file
            .relocations(index)
            .map_err(|source| Error::elf(context.path, source))?
            .iter()
        {
            let place = file.symbol(relocation.r_sym).map(|symbol| symbol.place);
            if place == Some(Place::Reserved(SHN_LIVEPATCH)) {
                findings.push(
                    Finding::refused(
                        "klp_symbol",
                        format!(
                            "the ordinary relocations of {} use it, and the loader takes its address for 0",
                            section.name
                        ),
                        "make the klp relocations anew, with klp-build link",
                    )
                    .symbol(file.symbol_name(relocation.r_sym)),
                );
            }
        }
    }
    Ok(())
}

/// Checks a symbol that the livepatch core is to resolve.
fn check_symbol(
    context: &Context<'_>,
    name: &str,
    is_marked: bool,
    users: Option<&BTreeSet<String>>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let again = "make the klp relocations anew, with klp-build link";
    let reference = Reference::parse_klp_symbol(name).filter(|reference| {
        reference.object.len() <= MODULE_NAME && reference.symbol.len() <= FUNCTION_NAME
    });
    let Some(reference) = reference else {
        findings.push(
            Finding::refused(
                "klp_symbol_name",
                format!("it is not called {SYMBOL_PREFIX}<object>.<symbol>,<sympos>"),
                again,
            )
            .symbol(name),
        );
        return Ok(());
    };
    let about = |finding: Finding| finding.object(reference.object).symbol(reference.symbol);

    if !is_marked {
        findings.push(about(Finding::refused(
            "klp_symbol",
            "it is not marked with SHN_LIVEPATCH",
            again,
        )));
        return Ok(());
    }
    for user in users.into_iter().flatten() {
        if let Some(finding) = wrong_user(context, user, reference)? {
            findings.push(about(finding));
        }
    }
    resolve(context, reference, findings)
}

/// Checks that relocations of the object `user` can be to a symbol.
fn wrong_user(
    context: &Context<'_>,
    user: &str,
    reference: Reference<'_>,
) -> Result<Option<Finding>, Error> {
    let object = reference.object;

    if user == object {
        return Ok(None);
    }
    if user == VMLINUX {
        return Ok(Some(Finding::refused(
            "klp_too_early",
            format!("it is used where vmlinux's symbols are resolved, when {object} need not be loaded yet"),
            format!("put it into the fix of {object}, with #[unexported(object = \"{object}\")]"),
        )));
    }
    if object == VMLINUX {
        return Ok(Some(Finding::refused(
            "klp_vmlinux_in_module",
            format!("the relocations of {user} use it, and the kernel refuses symbols of vmlinux there"),
            "declare it as a symbol of vmlinux, and make the klp relocations anew, with klp-build link",
        )));
    }
    Ok(
        if context
            .target
            .dependencies(user)?
            .iter()
            .any(|module| module == object)
        {
            None
        } else {
            Some(Finding::refused(
            "klp_not_loaded",
            format!("the relocations of {user} use it, and {object} need not be loaded when {user} is: it is no dependency"),
            format!("replace a function of {object} in the same livepatch, and use it there"),
        ))
        },
    )
}

/// Resolves a symbol as the livepatch core does.
fn resolve(
    context: &Context<'_>,
    reference: Reference<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let Reference {
        object: name,
        symbol,
        sympos,
    } = reference;
    let about = |finding: Finding| finding.object(name).symbol(symbol);
    let object = match context.kernel().object(name)? {
        Lookup::Found(object) if object.name() == name => object,
        Lookup::Found(_) | Lookup::BuiltIn | Lookup::Missing { .. } => {
            // An object that the livepatch changes is refused with the functions.
            if !context.livepatch.has_object(name) {
                findings.push(about(Finding::refused(
                    "klp_object_missing",
                    "this kernel has no such module to load",
                    "correct the object's name; the symbols of what is built in are those of vmlinux",
                )));
            }
            return Ok(());
        }
        Lookup::Unknown(unknown) => {
            findings.push(Finding::unknown(
                if name == VMLINUX {
                    "symbols"
                } else {
                    "modules"
                },
                format!("whether the symbols of {name} that it uses are there, for lack of the kernel's {}", unknown.0),
                "give a kernel directory that has it",
            ));
            return Ok(());
        }
    };

    match object.resolve(symbol, sympos) {
        Resolution::Found(_) => {
            // Without the exports there is nothing to hint at.
            if let (VMLINUX, Ok(Some(export))) = (name, context.kernel().export(symbol)) {
                if export.module == VMLINUX && export.only_modules().is_none() {
                    findings.push(about(Finding::warning(
                        "klp_exported",
                        "vmlinux exports it",
                        "use it like every exported symbol, without #[unexported]",
                    )));
                }
            }
        }
        Resolution::Missing => {
            let elsewhere = elsewhere(context, &object, symbol)?;
            let what_to_do = match elsewhere.first() {
                Some(other) => format!(
                    "it is in {}: write #[unexported(object = \"{other}\")]",
                    elsewhere.join(" and in ")
                ),
                None => suggestion(&context.target.similar(&object, symbol)).unwrap_or_else(|| {
                    "correct its name; the compiler may have left none of it".to_owned()
                }),
            };
            findings.push(about(Finding::refused(
                "klp_symbol_missing",
                format!("{name} has no symbol of this name"),
                what_to_do,
            )));
        }
        Resolution::Ambiguous(symbols) => findings.push(about(Finding::refused(
            "klp_symbol_ambiguous",
            format!(
                "there are {} symbols of this name: {}",
                symbols.len(),
                candidates::list(context.target, &object, &symbols)?
            ),
            format!(
                "say which one, with #[sympos(..)] of 1 to {}",
                symbols.len()
            ),
        ))),
        Resolution::OutOfRange(symbols) => {
            let (what, what_to_do) = candidates::out_of_range(
                context.target,
                &object,
                sympos.into(),
                &symbols,
                "#[sympos(..)]",
            )?;
            findings.push(about(Finding::refused(
                "klp_symbol_sympos",
                what,
                what_to_do,
            )));
        }
        Resolution::Unsteady { loaded, loading } => findings.push(about(unsteady(loaded, loading))),
    }
    Ok(())
}
