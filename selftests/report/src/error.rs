// SPDX-License-Identifier: GPL-2.0

//! What can keep the tests from being judged.

use std::io;
use std::path::{Path, PathBuf};

/// An error, which says what failed on what, and what to do if there is something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot {what} {}: {source}", .file.display())]
    File {
        what: &'static str,
        file: PathBuf,
        source: io::Error,
    },

    #[error("cannot read standard input: {0}")]
    Input(io::Error),

    #[error("cannot write to standard output: {0}")]
    Output(io::Error),

    #[error("{}:{line}: cannot read {what}: {source}; remove the file and run the tests again", .file.display())]
    Record {
        what: &'static str,
        file: PathBuf,
        line: usize,
        source: serde_json::Error,
    },

    #[error("{}: the suite {suite} has two results of `{test}`; remove the file and run the tests again", .file.display())]
    Twice {
        file: PathBuf,
        suite: String,
        test: String,
    },

    #[error("{}: there is no place for the table; put the two lines `{begin}` and `{end}` where it belongs", .file.display())]
    NoTable {
        file: PathBuf,
        begin: String,
        end: &'static str,
    },

    #[error("there is no case, a file NAME.rs, in {}", .0.display())]
    NoCases(PathBuf),
}

impl Error {
    /// Returns what makes an error of a failed operation on a file.
    pub(crate) fn file<'a>(
        what: &'static str,
        file: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::File {
            what,
            file: file.to_owned(),
            source,
        }
    }
}
