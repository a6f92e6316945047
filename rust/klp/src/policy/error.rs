// SPDX-License-Identifier: GPL-2.0

//! Why a policy cannot be told.

use std::path::{Path, PathBuf};

use crate::system::SystemError;

/// Why a policy cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// There is something else than a file.
    #[error("{path}: it is no regular file")]
    NoFile {
        /// Where.
        path: PathBuf,
    },
    /// Others than root can change it.
    #[error("{path}: others than root can write it (owner {owner}, mode {mode:04o}): make it root's, and chmod go-w")]
    Writable {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who may do what.
        mode: u32,
    },
    /// The file is too long.
    #[error("{path}: it has more than 64 KiB")]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// Something in it makes no sense.
    #[error("{path}:{line}:{column}: {message}")]
    Text {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

impl PolicyError {
    /// Returns an error about what is at the end of `before`.
    pub(super) fn at_end_of(path: &Path, before: &str, message: &str) -> Self {
        let line = before.rsplit('\n').next().unwrap_or_default();

        Self::Text {
            path: path.to_owned(),
            line: 1 + before.matches('\n').count(),
            column: 1 + line.chars().count(),
            // One line, as all messages are.
            message: message.trim().replace('\n', "; "),
        }
    }

    /// Returns an error of the parser.
    pub(super) fn new(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        // A position inside of a character is that of the character.
        let before = (0..=start.min(text.len()))
            .rev()
            .find_map(|end| text.get(..end))
            .unwrap_or_default();

        Self::at_end_of(path, before, error.message())
    }
}
