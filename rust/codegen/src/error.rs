// SPDX-License-Identifier: GPL-2.0

//! What can go wrong, for who reads it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The result of what can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no output.
#[derive(Debug)]
pub enum Error {
    /// The command line says something else than the usage.
    Usage(String),
    /// A file cannot be read or written.
    File {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a file is not what the file's format has.
    Line {
        /// The file.
        path: PathBuf,
        /// Its line, the first is 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// There are no rules for an architecture.
    Architecture {
        /// Its name in the kernel's `arch/`.
        name: String,
        /// Those that have rules.
        known: Vec<&'static str>,
    },
    /// rustc could not be run.
    RunRustc {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// rustc does not take what was derived.
    Rustc {
        /// The program.
        program: PathBuf,
        /// What it said.
        output: String,
    },
    /// The code of a module goes where it must not: the reasons.
    Paths(Vec<String>),
    /// Our objects would be weaker than the kernel's: the reasons.
    Refused(Vec<Refusal>),
}

impl Error {
    /// Returns what makes an error of an [`io::Error`] met when doing `action` with the file at `path`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

/// Why one mechanism cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kernel's options, or the mechanism where it has none.
    pub option: String,
    /// What C gets: a flag, or words.
    pub c: String,
    /// Why rustc cannot give the same.
    pub why: String,
    /// What can be done.
    pub action: String,
    /// The word by which somebody can do without it.
    pub word: Option<&'static str>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: C gets {}, but {}; {}",
            self.option, self.c, self.why, self.action
        )?;
        match self.word {
            Some(word) => write!(f, ", or do without in our objects with WITHOUT={word}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}; see codegen --help"),
            Self::File {
                action,
                path,
                source,
            } => write!(f, "cannot {action} {}: {source}", path.display()),
            Self::Line {
                path,
                number,
                problem,
            } => write!(f, "{}:{number}: {problem}", path.display()),
            Self::Architecture { name, known } => write!(
                f,
                "no rules yet for {name}, only for {}: build for a kernel with CONFIG_RUST, or add rust/codegen/src/{name}",
                known.join(", ")
            ),
            Self::RunRustc { program, source } => write!(
                f,
                "cannot run {}: {source}: install rustc 1.85 or later, or name it with RUSTC=",
                program.display()
            ),
            Self::Rustc { program, output } => write!(
                f,
                "{} does not take the flags that this kernel's objects need: use another version of it: {}",
                program.display(),
                output.trim_end().replace('\n', " | ")
            ),
            Self::Paths(problems) => f.write_str(&problems.join("\n")),
            Self::Refused(refusals) => {
                for (index, refusal) in refusals.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "\n" };
                    write!(f, "{separator}{refusal}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } | Self::RunRustc { source, .. } => Some(source),
            _ => None,
        }
    }
}
