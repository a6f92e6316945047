// SPDX-License-Identifier: GPL-2.0

//! `klp-build link`: Gives a module its klp relocations and its note.
//!
//! It runs on what Kbuild has made, before anything signs or compresses it:
//!
//! ```text
//! livepatch_unexported.<obj>.<pos>.<sym> ─► .klp.sym.<obj>.<sym>,<pos>
//! relocations to it in .rela.<sec>       ─► .klp.rela.<obj>.<sec>
//! .livepatch.fixes                       ─► .note.livepatch
//! ```
//!
//! A file in which nothing of this is left is not touched. The document of the format is
//! `Documentation/livepatch/module-elf-format.rst`.

mod convert;
mod debug;
mod got;
mod note;
mod refusal;
mod replace;
mod section;
mod stubs;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use livepatch_elf::{read, Compression, File, ReadError};

pub use self::note::Origin;
pub use self::refusal::Refusal;
use crate::Status;

/// The arguments of `klp-build link`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory of the kernel that the modules are for: one that `make kernel` prints; the note gets its build id.
    #[arg(long, value_name = "DIR", conflicts_with = "notes")]
    kernel: Option<PathBuf>,
    /// The notes of the kernel, as in /sys/kernel/notes; the note gets the build id.
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    /// When the modules were built, in seconds since 1970; without it, now.
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    date: Option<u64>,
    /// The modules.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file is no module.
    #[error("{file}: {error}")]
    Elf {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: livepatch_elf::Error,
    },
    /// The notes of a kernel have no build id.
    #[error("{file}: there is no build id of a kernel in it: give a copy of /sys/kernel/notes")]
    NoBuildId {
        /// The file.
        file: PathBuf,
    },
    /// A file could not be written.
    #[error("{file}: it cannot be replaced: {error}")]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The output could not be written.
    #[error("cannot say what was done: {0}")]
    Output(#[from] io::Error),
}

/// What [`link`] did to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The symbols that the livepatch core resolves now.
    pub symbols: usize,
    /// The relocations that it applies now.
    pub relocations: usize,
    /// The relocations that were dropped, since nothing applies them.
    pub dropped: usize,
    /// Whether the fixes became a note.
    pub note: bool,
}

impl Changes {
    /// Returns whether anything changed.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// Gives a module its klp relocations and its note.
///
/// # Errors
///
/// All that is to be refused; what the file is then, is not said.
pub fn link(file: &mut File<'_>, origin: &Origin<'_>) -> Result<Changes, Vec<Refusal>> {
    let mut changes = Changes::default();

    if convert::is_needed(file) || note::is_needed(file) {
        if file.is_signed() {
            return Err(vec![Refusal::Signed]);
        }
        convert::convert(file, &mut changes)?;
        note::make(file, origin, &mut changes).map_err(|refusal| vec![refusal])?;
    }
    Ok(changes)
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    let of_kernel = || {
        let notes = args.kernel.as_ref()?.join("notes");
        // A kernel's tree has none.
        notes.exists().then_some(notes)
    };
    let notes = args.notes.clone().or_else(of_kernel);
    let notes = match notes {
        Some(file) => Some((read(&file)?.0, file)),
        None => None,
    };
    let now = || SystemTime::now().duration_since(UNIX_EPOCH);
    let date = match args.date {
        Some(date) => date,
        // A clock that is before 1970 says nothing.
        None => now().map_or(0, |since| since.as_secs()),
    };
    let mut status = Status::Clean;

    for path in &args.files {
        if one(path, notes.as_ref(), date, output)? == Status::Refused {
            status = Status::Refused;
        }
    }
    Ok(status)
}

/// Links one file, in place.
fn one(
    path: &Path,
    notes: Option<&(Vec<u8>, PathBuf)>,
    date: u64,
    output: &mut dyn Write,
) -> Result<Status, Error> {
    let elf = |error| Error::Elf {
        file: path.to_owned(),
        error,
    };
    let (bytes, compression) = read(path)?;
    let mut file = File::parse(&bytes).map_err(elf)?;
    let build_id = match notes {
        Some((notes, notes_file)) => Some(note::build_id(file.endian(), notes).ok_or_else(
            || Error::NoBuildId {
                file: notes_file.clone(),
            },
        )?),
        None => None,
    };
    let origin = Origin {
        path,
        build_id: build_id.as_deref(),
        date,
    };

    let changes = match link(&mut file, &origin) {
        Ok(changes) if changes.any() && compression != Compression::None => {
            Err(vec![Refusal::Compressed])
        }
        changes => changes,
    };
    match changes {
        Ok(changes) if changes.any() => {
            let new = file.write().map_err(elf)?;
            replace::replace(path, &new).map_err(|error| Error::Write {
                file: path.to_owned(),
                error,
            })?;
            writeln!(output, "{}: {changes}", path.display())?;
        }
        Ok(_) => {}
        Err(refusals) => {
            for refusal in refusals {
                writeln!(output, "{}: {refusal}", path.display())?;
            }
            return Ok(Status::Refused);
        }
    }
    Ok(Status::Clean)
}

impl std::fmt::Display for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if self.symbols != 0 {
            parts.push(format!("{} unexported symbols", self.symbols));
            parts.push(format!("{} klp relocations", self.relocations));
        }
        if self.dropped != 0 {
            parts.push(format!(
                "{} relocations of debug information dropped",
                self.dropped
            ));
        }
        if self.note {
            parts.push("a note".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests;
