// SPDX-License-Identifier: GPL-2.0

//! What can go wrong when debug information is read.

/// Why debug information cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in crate::check) enum Error {
    /// There is none.
    #[error("it has no debug information")]
    None,
    /// The relocations of the debug information are broken.
    #[error("its debug information cannot be relocated: {0}")]
    Relocations(#[from] livepatch_elf::Error),
    /// A section is compressed in a way that is not known.
    #[error("section {0} is compressed in a way that is not known")]
    Compression(String),
    /// A section cannot be decompressed.
    #[error("section {section} cannot be decompressed: {source}")]
    Decompress {
        /// The section.
        section: String,
        /// Why.
        source: std::io::Error,
    },
    /// The debug information is too large.
    #[error("section {section} takes the debug information beyond {limit} bytes")]
    TooLarge {
        /// The section.
        section: String,
        /// How much is read at most.
        limit: usize,
    },
    /// The debug information is broken.
    #[error("its debug information cannot be read: {0}")]
    Dwarf(#[from] gimli::Error),
}
