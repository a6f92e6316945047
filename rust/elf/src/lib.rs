// SPDX-License-Identifier: GPL-2.0

//! A model of the object files that kernel modules are: 64-bit ELF of both byte orders.
//!
//! ```text
//! file ──read()──► bytes ──File::parse()──► File ──edit──► File ──write()──► bytes
//!        .xz, .zst, .gz                     sections, symbols, relocations
//! ```
//!
//! A [`File`] borrows from the bytes that it was parsed from. Parsing takes any bytes: what makes no sense is an [`Error`]. What
//! refers to a section or a symbol does it by its index, as in the file; removing one changes the indices of those after it, and
//! everything in the file that refers to them.
//!
//! Names that begin with `sh_`, `st_` or `r_` are ELF's own.

mod contents;
mod edit;
mod error;
mod file;
mod modinfo;
pub mod note;
mod notes;
mod parse;
mod read;
mod relocation;
mod section;
pub mod show;
mod symbol;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod write;

pub use contents::Contents;
pub use error::Error;
pub use file::{File, Header};
pub use modinfo::modinfo;
pub use notes::{notes, NoteEntry};
pub use object::elf;
pub use object::Endianness;
pub use read::{read, uncompress, Compression, ReadError, MAX_SIZE};
pub use relocation::{Relocation, Relocations};
pub use section::Section;
pub use symbol::{Place, Symbol};

/// The longest name of a section or a symbol that is read; the kernel's longest has 511 bytes.
pub const MAX_NAME: usize = 2048;

#[cfg(test)]
mod tests;
