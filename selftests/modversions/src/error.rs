// SPDX-License-Identifier: GPL-2.0

//! What can keep versions from being compared.

use std::io;
use std::path::{Path, PathBuf};

/// An error, which says what failed on what, and what to do if there is something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read {}: {source}", .file.display())]
    Read { file: PathBuf, source: io::Error },

    #[error("cannot write to standard output: {0}")]
    Output(io::Error),

    #[error("{}:{line}: this is no line of a Module.symvers", .file.display())]
    Symvers { file: PathBuf, line: usize },

    #[error("{}: {source}", .file.display())]
    Object {
        file: PathBuf,
        source: object::Error,
    },

    #[error("{}: section {section}: {what}", .file.display())]
    Section {
        file: PathBuf,
        section: &'static str,
        what: &'static str,
    },

    #[error("there is no module below {}; build some", .0.display())]
    NoModules(PathBuf),
}

/// What fails with [`Error`].
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Returns what makes an error of a failed attempt to read a file.
pub(crate) fn read(file: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Read {
        file: file.to_owned(),
        source,
    }
}
