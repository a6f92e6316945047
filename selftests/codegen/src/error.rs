// SPDX-License-Identifier: GPL-2.0

//! What can go wrong.

use std::io;
use std::path::PathBuf;

use livepatch_codegen::UnknownMechanism;

/// Why an object cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not an object as the linker or the compiler writes it.
    #[error("{path} is no x86-64 object file: {source}")]
    Object {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: object::Error,
    },
    /// It is one of another machine, or one that has been linked for good.
    #[error("{path} is no relocatable x86-64 object: give a .o or .ko file")]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// A line of the derived mechanisms says nothing.
    #[error("{path}:{line}: {source}: derive again, with the codegen of this checkout")]
    Mechanism {
        /// The file.
        path: PathBuf,
        /// Its line, the first is 1.
        line: usize,
        /// What is wrong.
        source: UnknownMechanism,
    },
}
