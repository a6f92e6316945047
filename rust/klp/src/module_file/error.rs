// SPDX-License-Identifier: GPL-2.0

//! Why a module file is refused.

use std::path::PathBuf;

use klp_build::check::model::Unreadable;
use livepatch_abi::limit::MODULE_NAME;
use livepatch_elf::note::NoteError;
use livepatch_elf::ReadError;

use crate::system::{SystemError, Untrusted};

/// Why a module file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ModuleFileError {
    /// Others than root can have written it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// It cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// It is too big, or what is compressed is damaged.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is no module file.
    #[error("{path}: {error}", path = path.display())]
    Elf {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        error: livepatch_elf::Error,
    },
    /// It has no name.
    #[error("{path}: it does not say the name of the module: it is no module, or was not linked to the end", path = path.display())]
    NoName {
        /// Which.
        path: PathBuf,
    },
    /// Its name is that of no module.
    #[error("{path}: {name:?} is no name of a module, which has letters, digits and underscores, at most {MODULE_NAME}", path = path.display())]
    Name {
        /// Which.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// It is an ordinary module.
    #[error("{path}: it is no livepatch: its module information has no livepatch=Y", path = path.display())]
    NotLivepatch {
        /// Which.
        path: PathBuf,
    },
    /// It does not say which kernel it is for.
    #[error("{path}: it does not say which kernel it is for: its module information has no vermagic", path = path.display())]
    NoVermagic {
        /// Which.
        path: PathBuf,
    },
    /// It is for another kernel.
    #[error("{path}: it is for the kernel {module}, and this is for {kernel}: build or install it for that one", path = path.display())]
    Release {
        /// Which.
        path: PathBuf,
        /// The release that it is for.
        module: String,
        /// The release that it should be for.
        kernel: String,
    },
    /// What it says of itself makes no sense.
    #[error("{path}: {error}", path = path.display())]
    Note {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        error: NoteError,
    },
    /// What it changes cannot be read.
    #[error("{path}: its tables are damaged: {error}", path = path.display())]
    Tables {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        error: Unreadable,
    },
}

impl ModuleFileError {
    /// Returns whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::System(error) | Self::Untrusted(Untrusted::System(error)) => error.is_not_found(),
            _ => false,
        }
    }
}
