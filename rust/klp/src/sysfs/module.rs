// SPDX-License-Identifier: GPL-2.0

//! A module of the kernel: `/sys/module/<name>`.

use livepatch_abi::note::{MAX_DESCRIPTOR, SECTION};
use livepatch_elf::note::{Note, NoteError};
use livepatch_elf::Endianness;

use super::MODULE;
use crate::system::{Root, SystemError};

/// Why what a module says of itself cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NoteUnreadable {
    /// sysfs cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// The note is damaged.
    #[error("module {module}: {error}")]
    Note {
        /// The module.
        module: String,
        /// What is wrong.
        error: NoteError,
    },
}

/// Returns whether a module is loaded, completely or not.
pub fn is_loaded(root: &Root, name: &str) -> bool {
    // What is built into the kernel has a directory without this file.
    root.exists(format!("{MODULE}/{name}/initstate"))
}

/// Returns how many use a module; [`None`] if it is not loaded.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn refcnt(root: &Root, name: &str) -> Result<Option<u64>, SystemError> {
    Ok(root
        .read_optional(format!("{MODULE}/{name}/refcnt"))?
        .and_then(|count| count.trim().parse().ok()))
}

/// Returns an attribute of a module: `taint`, `srcversion`, `version`; [`None`] if it does not have it.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn attribute(root: &Root, name: &str, attribute: &str) -> Result<Option<String>, SystemError> {
    root.read_optional(format!("{MODULE}/{name}/{attribute}"))
}

/// Returns what a livepatch says of itself; [`None`] if it has no note.
///
/// # Errors
///
/// sysfs cannot be read, or the note is damaged.
pub fn note(root: &Root, name: &str) -> Result<Option<Note>, NoteUnreadable> {
    // Several notes can be in the section.
    let bytes = match root.read(
        format!("{MODULE}/{name}/notes/{SECTION}"),
        4 * MAX_DESCRIPTOR,
    ) {
        Ok(bytes) => bytes,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // The kernel that runs here has this machine's order of bytes.
    let endian = match cfg!(target_endian = "big") {
        true => Endianness::Big,
        false => Endianness::Little,
    };

    Note::parse(endian, &bytes).map_err(|error| NoteUnreadable::Note {
        module: name.to_owned(),
        error,
    })
}
