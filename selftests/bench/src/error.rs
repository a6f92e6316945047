// SPDX-License-Identifier: GPL-2.0

//! What can go wrong.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::sample::Subject;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong.
#[derive(Debug, Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A read gave nothing, so that it cannot have run what is measured.
    #[error("{} is empty: reading it calls nothing worth counting", .0.display())]
    Empty(PathBuf),
    /// A module is no ELF file.
    #[error("cannot parse {}: {source}; build the modules again", path.display())]
    Module {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        source: object::Error,
    },
    /// A line is no sample.
    #[error("{}:{line}: {reason}; want \"figure module round value\"", path.display())]
    Sample {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A program did not do its work.
    #[error("{}: {why}", command.to_string_lossy())]
    Program {
        /// What was run.
        command: OsString,
        /// What has happened.
        why: String,
    },
    /// A kernel is not what a livepatch can be made for.
    #[error("no livepatch can be made for the kernel: {0}")]
    Kernel(String),
    /// There is nothing to compare.
    #[error("no samples of livepatches in Rust: nothing was measured")]
    Nothing,
    /// Something was measured for some only of those that are compared.
    #[error("{figure}: no sample of {subject}, which others are compared with; measure again")]
    Missing {
        /// What was measured.
        figure: String,
        /// Of what there is no sample.
        subject: Subject,
    },
    /// Counts of the same instructions differ.
    #[error(
        "{figure} of {subject}: repetitions differ by {percent:.2} %, more than {limit} %: \
         the clock of the virtual machine does not count instructions, or something else ran in it"
    )]
    Unsteady {
        /// What was measured.
        figure: String,
        /// Of what.
        subject: Subject,
        /// How far from the median most of them are at most, in per cent.
        percent: f64,
        /// How much is allowed.
        limit: f64,
    },
}

impl Error {
    /// Makes an error of a failed operation on a file, as `map_err` wants it.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
