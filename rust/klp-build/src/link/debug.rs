// SPDX-License-Identifier: GPL-2.0

//! References from sections that are not loaded, which is debug information.
//!
//! The kernel applies no relocations there, and what does so for people finds no address where a symbol has none. What is not
//! relocated reads as address 0: nowhere.

use livepatch_elf::elf::SHT_RELA;
use livepatch_elf::{Error, File, Section};

/// Drops the relocations to some symbols, given by their indices, from sections that are not loaded; returns how many.
///
/// # Errors
///
/// A section of relocations is damaged.
pub fn drop_references(
    file: &mut File<'_>,
    is_dropped: impl Fn(usize) -> bool,
) -> Result<usize, Error> {
    let mut dropped = 0;
    let mut empty = vec![false; file.sections.len()];

    for (index, empty) in empty.iter_mut().enumerate().skip(1) {
        if file
            .section(index)
            .and_then(|section| is_debug(file, section))
            != Some(true)
        {
            continue;
        }
        let relocations = file.relocations(index)?;
        let stay: Vec<_> = relocations
            .iter()
            .filter(|relocation| !usize::try_from(relocation.r_sym).is_ok_and(&is_dropped))
            .collect();
        let count = relocations.len() - stay.len();
        if count != 0 {
            dropped += count;
            *empty = stay.is_empty();
            file.set_relocations(index, &stay);
        }
    }
    if empty.contains(&true) {
        file.retain_sections(|index, _| empty.get(index) != Some(&true))?;
    }
    Ok(dropped)
}

/// Returns whether a section holds relocations of one that is not loaded.
fn is_debug(file: &File<'_>, section: &Section<'_>) -> Option<bool> {
    let target = file.section(usize::try_from(section.sh_info).ok()?)?;
    let is_ours =
        section.sh_type == SHT_RELA && file.symtab() == usize::try_from(section.sh_link).ok();

    Some(is_ours && !target.is_alloc())
}
