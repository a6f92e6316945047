// SPDX-License-Identifier: GPL-2.0

//! What can be wrong with a file.

use crate::MAX_SIZE;

/// What is wrong with the bytes of a file, or with a change to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It does not begin like an ELF file.
    #[error("it is no ELF file")]
    NotElf,
    /// It is an ELF file of 32 bits.
    #[error("it is an ELF file of 32 bits: only 64-bit kernels can be live patched")]
    Not64Bit,
    /// The header, or the table of sections, is damaged.
    #[error("its {0} is damaged")]
    Damaged(&'static str),
    /// Only relocatable files can be written.
    #[error("it is no relocatable file (ET_REL), as modules are, but one of type {0}")]
    NotRelocatable(u16),
    /// A section lies outside the file.
    #[error("section {section} ({name:?}) lies outside the file")]
    SectionOutside {
        /// The index of the section.
        section: usize,
        /// Its name.
        name: String,
    },
    /// The sections have more contents than the file has bytes.
    #[error("its sections overlap")]
    Overlap,
    /// A name is outside its table, too long, or no UTF-8.
    #[error("the name of {what} {index} is damaged")]
    Name {
        /// What has the name.
        what: &'static str,
        /// Its index.
        index: usize,
    },
    /// A section has no entries of the size that its type demands.
    #[error("section {section} ({name:?}) does not hold whole entries of {entsize} bytes")]
    Entries {
        /// The index of the section.
        section: usize,
        /// Its name.
        name: String,
        /// The size of an entry.
        entsize: usize,
    },
    /// There is no section of the index.
    #[error("there is no section {section}, which {by} refers to")]
    NoSection {
        /// The index.
        section: usize,
        /// Who refers to it.
        by: String,
    },
    /// There is no symbol of the index.
    #[error("there is no symbol {symbol}, which section {section} ({name:?}) refers to")]
    NoSymbol {
        /// The index.
        symbol: usize,
        /// The index of the section.
        section: usize,
        /// Its name.
        name: String,
    },
    /// The file has no table of symbols.
    #[error("it has no table of symbols: it was stripped of what a module needs")]
    NoSymbolTable,
    /// Something that is to be removed is still referred to.
    #[error("{what} cannot be removed: {by} refers to it")]
    InUse {
        /// What is to be removed.
        what: String,
        /// What refers to it.
        by: String,
    },
    /// A section has an alignment that no kernel gives.
    #[error("section {name} is to be aligned to {align} bytes, which no module needs")]
    Alignment {
        /// The name of the section.
        name: String,
        /// The alignment.
        align: u64,
    },
    /// There are more sections than the kernel can load.
    #[error("it would have {0} sections, and the kernel loads fewer than 65,280")]
    TooManySections(usize),
    /// It would be too big.
    #[error("it would have more than {MAX_SIZE} bytes")]
    TooBig,
}
