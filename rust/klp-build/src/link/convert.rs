// SPDX-License-Identifier: GPL-2.0

//! References to unexported symbols become klp relocations.
//!
//! Two sections of relocations for one section are more than some tools can take. `strip` and the like keep the klp relocations,
//! and follow the symbols that they refer to, only where they come second to ordinary ones. So where none of these is left, one
//! stays that the kernel does nothing for.

use std::collections::BTreeMap;

use livepatch_abi::limit::{FUNCTION_NAME, MODULE_NAME};
use livepatch_abi::modinfo::LIVEPATCH;
use livepatch_abi::object::VMLINUX;
use livepatch_abi::unexported::{
    Reference, REFERENCE_PREFIX, RELA_PREFIX, SHF_RELA_LIVEPATCH, SHN_LIVEPATCH, UNLINKED,
    UNLINKED_MARK,
};
use livepatch_elf::elf::{SHF_ALLOC, SHF_INFO_LINK, SHT_RELA, STB_GLOBAL, STT_NOTYPE};
use livepatch_elf::{File, Place, Relocation, Section, Symbol};

use super::debug::drop_references;
use super::got::{Got, Late};
use super::section::{refused, Reason};
use super::stubs::Stubs;
use super::{Changes, Refusal};
use crate::loader;

/// The size of an entry of a section of relocations.
pub const RELA_SIZE: u64 = 24;

/// The objects of the unexported symbols, by the indices of the symbols.
type Objects = Vec<Option<String>>;

/// Returns whether there are references to unexported symbols.
pub fn is_needed(file: &File<'_>) -> bool {
    file.symbols.iter().any(is_reference)
}

fn is_reference(symbol: &Symbol<'_>) -> bool {
    symbol.name.starts_with(REFERENCE_PREFIX)
}

/// Makes klp relocations of all references to unexported symbols.
///
/// # Errors
///
/// All that is to be refused.
pub fn convert(file: &mut File<'_>, changes: &mut Changes) -> Result<(), Vec<Refusal>> {
    let Some(first) = file.symbols.iter().find(|symbol| is_reference(symbol)) else {
        return Ok(());
    };
    if !file.is_relocatable() {
        return Err(vec![Refusal::NotRelocatable(file.header.e_type)]);
    }
    if file.modinfo_value(LIVEPATCH).is_none() {
        return Err(vec![Refusal::NotLivepatch {
            symbol: first.name.to_string(),
        }]);
    }
    let mut refusals = Vec::new();
    let objects = objects(file, &mut refusals);
    if refusals.is_empty() {
        let is_unexported = |symbol| matches!(objects.get(symbol), Some(Some(_)));
        match drop_references(file, is_unexported) {
            Ok(dropped) => changes.dropped = dropped,
            Err(error) => refusals.push(error.into()),
        }
        split(file, &objects, changes, &mut refusals);
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    settle(file).map_err(|error| vec![error.into()])?;
    rename(file, changes);
    file.sort_symbols().map_err(|error| vec![error.into()])
}

/// Returns the objects of the unexported symbols.
fn objects(file: &File<'_>, refusals: &mut Vec<Refusal>) -> Objects {
    file.symbols
        .iter()
        .map(|symbol| {
            if !is_reference(symbol) {
                return None;
            }
            match object(symbol) {
                Ok(object) => Some(object),
                Err(refusal) => {
                    refusals.push(refusal);
                    None
                }
            }
        })
        .collect()
}

/// Returns the object of an unexported symbol.
fn object(symbol: &Symbol<'_>) -> Result<String, Refusal> {
    let name = || symbol.name.to_string();
    let Some(reference) = Reference::parse(&symbol.name) else {
        return Err(Refusal::Malformed { symbol: name() });
    };
    if reference.object.len() > MODULE_NAME || reference.symbol.len() > FUNCTION_NAME {
        return Err(Refusal::NameTooLong { symbol: name() });
    }
    match symbol.place {
        Place::Undefined => {}
        Place::Absolute if symbol.st_value == UNLINKED => {}
        _ => return Err(Refusal::Defined { symbol: name() }),
    }
    Ok(reference.object.to_owned())
}

/// Moves the relocations to unexported symbols into sections of their own.
fn split(
    file: &mut File<'_>,
    objects: &Objects,
    changes: &mut Changes,
    refusals: &mut Vec<Refusal>,
) {
    let mut got = Got::new(file);
    let mut stubs = Stubs::default();
    let object = |relocation: &Relocation| {
        objects
            .get(usize::try_from(relocation.r_sym).ok()?)
            .and_then(Option::as_deref)
    };

    for index in 1..file.sections.len() {
        let Some(section) = file.section(index) else {
            continue;
        };
        let is_ours = section.is_relocations()
            && section.sh_flags & SHF_RELA_LIVEPATCH == 0
            && file.symtab() == usize::try_from(section.sh_link).ok();
        if !is_ours {
            continue;
        }
        let relocations = match file.relocations(index) {
            Ok(relocations) => relocations,
            Err(error) => {
                refusals.push(error.into());
                continue;
            }
        };
        if !relocations
            .iter()
            .any(|relocation| object(&relocation).is_some())
        {
            continue;
        }
        if section.sh_type != SHT_RELA {
            refusals.push(Refusal::NoAddends {
                section: section.name.to_string(),
            });
            continue;
        }
        let target = usize::try_from(section.sh_info).unwrap_or(usize::MAX);
        let Some(target_section) = file.section(target) else {
            refusals.push(Refusal::Elf(livepatch_elf::Error::NoSection {
                section: target,
                by: format!("section {}", section.name),
            }));
            continue;
        };

        let mut stay = Vec::with_capacity(relocations.len());
        let mut moved: BTreeMap<String, Vec<Relocation>> = BTreeMap::new();
        let found = refusals.len();
        for relocation in relocations.iter() {
            let Some(object) = object(&relocation) else {
                stay.push(relocation);
                continue;
            };
            let is_late = object != VMLINUX;
            let late = match is_late {
                true => got.late(relocation, object),
                false => Late::Klp(relocation),
            };
            let unfit = match late {
                Late::Klp(relocation) => loader::unfit(file, target, &relocation, is_late),
                Late::Entry(_) => None,
            };
            if let Some(reason) = refused(target_section, object).or(unfit.map(Reason::Loader)) {
                refusals.push(Refusal::Place {
                    section: target_section.name.to_string(),
                    offset: relocation.r_offset,
                    symbol: Reference::parse(file.symbol_name(relocation.r_sym))
                        .map_or_else(String::new, |reference| reference.symbol.to_owned()),
                    object: object.to_owned(),
                    reason,
                });
            } else {
                let relocation = match late {
                    Late::Klp(relocation) => relocation,
                    Late::Entry(relocation) => {
                        stay.push(relocation);
                        continue;
                    }
                };
                changes.relocations += 1;
                stubs.note(file, &relocation, object);
                match moved.get_mut(object) {
                    Some(relocations) => relocations.push(relocation),
                    None => {
                        moved.insert(object.to_owned(), vec![relocation]);
                    }
                }
            }
        }
        if refusals.len() != found {
            continue;
        }
        if stay.is_empty() {
            stay.push(nothing(file.header.e_machine));
        }
        file.set_relocations(index, &stay);
        for (object, relocations) in moved {
            add(file, target, &object, &relocations);
        }
    }
    if let Some((section, entries)) = got.finish(file) {
        for (object, relocations) in entries {
            changes.relocations += relocations.len();
            add(file, section, &object, &relocations);
        }
    }
    stubs.finish(file);
}

/// Returns a relocation that the kernel does nothing for.
pub fn nothing(e_machine: u16) -> Relocation {
    Relocation {
        r_offset: 0,
        r_sym: 0,
        r_type: loader::nothing(e_machine),
        r_addend: 0,
    }
}

/// Adds the relocations of the section `target` to symbols of an object.
fn add(file: &mut File<'_>, target: usize, object: &str, relocations: &[Relocation]) {
    let target_name = file.section(target).map_or("", |section| &section.name);
    let name = format!("{RELA_PREFIX}{object}.{target_name}");
    let existing = file
        .relocation_sections(target)
        .find(|(_, section)| section.name == name && section.sh_flags & SHF_RELA_LIVEPATCH != 0)
        .map(|(index, _)| index);

    let mut all = Vec::new();
    let index = match existing {
        Some(index) => {
            // It has been read before.
            all.extend(
                file.relocations(index)
                    .iter()
                    .flat_map(|those| those.iter()),
            );
            index
        }
        None => {
            let section = Section {
                name: name.into(),
                sh_type: SHT_RELA,
                sh_flags: u64::from(SHF_ALLOC | SHF_INFO_LINK) | SHF_RELA_LIVEPATCH,
                sh_addr: 0,
                sh_addralign: 8,
                sh_entsize: RELA_SIZE,
                sh_link: file.symtab().map_or(0, |symtab| symtab as u32),
                sh_info: target as u32,
                contents: Vec::new().into(),
            };
            file.push_section(section)
        }
    };
    all.extend_from_slice(relocations);
    file.set_relocations(index, &all);
}

/// Makes nothing of the relocations that keep a module from being loaded before it is linked.
///
/// # Errors
///
/// A section of relocations is damaged.
fn settle(file: &mut File<'_>) -> Result<(), livepatch_elf::Error> {
    let nothing = nothing(file.header.e_machine);

    for index in 1..file.sections.len() {
        let is_rela = |section: &Section<'_>| {
            section.sh_type == SHT_RELA && file.symtab() == usize::try_from(section.sh_link).ok()
        };
        if !file.section(index).is_some_and(is_rela) {
            continue;
        }
        let mut relocations: Vec<_> = file.relocations(index)?.iter().collect();
        let mut found = false;
        for relocation in &mut relocations {
            if file.symbol(relocation.r_sym).is_some_and(is_mark) {
                *relocation = nothing;
                found = true;
            }
        }
        if found {
            file.set_relocations(index, &relocations);
        }
    }
    Ok(())
}

fn is_mark(symbol: &Symbol<'_>) -> bool {
    symbol.name == UNLINKED_MARK && symbol.place == Place::Absolute
}

/// Gives the symbols the names, and the place, by which the livepatch core knows them.
fn rename(file: &mut File<'_>, changes: &mut Changes) {
    for symbol in &mut file.symbols {
        if is_mark(symbol) {
            // A placeholder no longer, as its name says.
            symbol.st_value = 0;
            continue;
        }
        let name = match Reference::parse(&symbol.name) {
            Some(reference) => reference.klp_symbol().to_string(),
            None => continue,
        };
        *symbol = Symbol {
            name: name.into(),
            st_info: (STB_GLOBAL << 4) | STT_NOTYPE,
            st_other: 0,
            place: Place::Reserved(SHN_LIVEPATCH),
            st_value: 0,
            st_size: 0,
        };
        changes.symbols += 1;
    }
}
