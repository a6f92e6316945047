// SPDX-License-Identifier: GPL-2.0

//! What the macros know of the fixes becomes the note of the module.

use std::path::Path;

use livepatch_abi::note::{FIXES_SECTION, SECTION};
use livepatch_elf::elf::{NT_GNU_BUILD_ID, SHF_ALLOC, SHT_NOTE, SHT_PROGBITS};
use livepatch_elf::note::Build;
use livepatch_elf::{notes, Endianness, File};

use super::debug::drop_references;
use super::{Changes, Refusal};

/// The key of the module's name in `.modinfo`; the kernel decides its spelling.
const NAME: &str = "name";
/// The key of the kernel that the module is for.
const VERMAGIC: &str = "vermagic";
/// The owner of the note with the build id.
const GNU: &[u8] = b"GNU";

/// Where a module comes from, as far as its file does not say.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The file.
    pub path: &'a Path,
    /// The build id of the kernel that it is for, in hexadecimal.
    pub build_id: Option<&'a str>,
    /// When it was built, in seconds since 1970.
    pub date: u64,
}

/// Returns the build id that the notes of a kernel hold, in hexadecimal.
pub fn build_id(endian: Endianness, kernel_notes: &[u8]) -> Option<String> {
    let note = notes(endian, kernel_notes)
        .find(|note| note.owner == GNU && note.n_type == NT_GNU_BUILD_ID)?;
    let digits = note.descriptor.iter().map(|byte| format!("{byte:02x}"));

    Some(digits.collect())
}

/// Returns whether there are fixes that are to become a note.
pub fn is_needed(file: &File<'_>) -> bool {
    file.section_by_name(FIXES_SECTION).is_some()
}

/// Makes the note.
///
/// # Errors
///
/// It cannot be made.
pub fn make(
    file: &mut File<'_>,
    origin: &Origin<'_>,
    changes: &mut Changes,
) -> Result<(), Refusal> {
    let Some((index, fixes)) = file.section_by_name(FIXES_SECTION) else {
        return Ok(());
    };
    if !file.is_relocatable() {
        return Err(Refusal::NotRelocatable(file.header.e_type));
    }
    if file.section_by_name(SECTION).is_some() {
        return Err(Refusal::TwoNotes);
    }
    let of_that_name = file
        .sections
        .iter()
        .filter(|section| section.name == FIXES_SECTION);
    if of_that_name.count() > 1 {
        return Err(Refusal::FixesTwice);
    }
    if fixes.sh_type != SHT_PROGBITS || file.relocation_sections(index).next().is_some() {
        return Err(Refusal::FixesNotPlain);
    }
    let kernel = file
        .modinfo_value(VERMAGIC)
        .and_then(|vermagic| vermagic.split_ascii_whitespace().next())
        .ok_or(Refusal::NoVermagic)?;
    let file_name = || {
        Some(
            origin
                .path
                .file_name()?
                .to_str()?
                .split('.')
                .next()?
                .replace('-', "_"),
        )
    };
    let name = match file.modinfo_value(NAME) {
        Some(name) => name.to_owned(),
        None => file_name().unwrap_or_default(),
    };
    let build = Build {
        name: &name,
        kernel,
        build_id: origin.build_id,
        date: origin.date,
    };
    let contents =
        livepatch_elf::note::make(file.endian(), build, fixes.bytes()).map_err(Refusal::Note)?;

    // What the fields were to the compiler, nobody needs, and debug information has nothing to tell of them.
    let of_fixes: Vec<bool> = file
        .symbols
        .iter()
        .map(|symbol| symbol.place.section() == Some(index))
        .collect();
    drop_references(file, |symbol| of_fixes.get(symbol) == Some(&true))?;
    // Nothing else may refer to them.
    file.retain_symbols(|index, _| of_fixes.get(index) != Some(&true))?;
    let section = file
        .sections
        .iter_mut()
        .find(|section| section.name == FIXES_SECTION);
    if let Some(section) = section {
        section.name = SECTION.into();
        section.sh_type = SHT_NOTE;
        section.sh_flags = SHF_ALLOC.into();
        section.sh_addralign = 4;
        section.sh_entsize = 0;
        section.contents = contents.into();
    }
    changes.note = true;
    Ok(())
}
