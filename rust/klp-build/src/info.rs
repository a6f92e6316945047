// SPDX-License-Identifier: GPL-2.0

//! `klp-build info`: Prints what a livepatch says of itself.
//!
//! It reads the note that `klp-build link` made: in a module file, or of a module that is loaded.

mod text;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use livepatch_abi::limit::MODULE_NAME;
use livepatch_abi::modinfo::LIVEPATCH;
use livepatch_abi::note::{MAX_DESCRIPTOR, SECTION};
use livepatch_elf::note::{Note, NoteError};
use livepatch_elf::{read, Endianness, File, ReadError};

use crate::Status;

/// The arguments of `klp-build info`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where sysfs is.
    #[arg(long, value_name = "DIR", default_value = "/sys")]
    sysfs_root: PathBuf,
    /// A module file, compressed or not; or the name of a module that is loaded.
    #[arg(value_name = "FILE|MODULE")]
    module: PathBuf,
}

/// How to print what a livepatch says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file is no module.
    #[error("{file}: {error}")]
    Elf {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: livepatch_elf::Error,
    },
    /// There is neither such a file nor such a module.
    #[error(
        "{module}: there is no such file, and no module of that name is loaded (no {directory})"
    )]
    NotFound {
        /// What was asked for.
        module: PathBuf,
        /// Where a module of that name would be.
        directory: PathBuf,
    },
    /// sysfs could not be read.
    #[error("{file}: {error}")]
    Sysfs {
        /// The file in sysfs.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The livepatch has no note.
    #[error("{module}: it is a livepatch without a note (no {SECTION}): it was not built with this project, or klp-build link did not see it")]
    NoNote {
        /// The file or module.
        module: PathBuf,
    },
    /// It is no livepatch.
    #[error("{module}: it is no livepatch")]
    NotLivepatch {
        /// The file or module.
        module: PathBuf,
    },
    /// The note makes no sense.
    #[error("{module}: {error}")]
    Note {
        /// The file or module.
        module: PathBuf,
        /// What is wrong with it.
        error: NoteError,
    },
    /// The output could not be written.
    #[error("cannot print: {0}")]
    Output(#[from] io::Error),
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    let note = match loaded(&args.module, &args.sysfs_root)? {
        Some(note) => note,
        None => in_file(&args.module)?,
    };

    match args.format {
        Format::Text => text::print(&note, output)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *output, &note).map_err(io::Error::from)?;
            writeln!(output)?;
        }
    }
    Ok(Status::Clean)
}

/// Returns the note of a file.
fn in_file(path: &Path) -> Result<Note, Error> {
    let module = || path.to_owned();
    let (bytes, _) = read(path)?;
    let file = File::parse(&bytes).map_err(|error| Error::Elf {
        file: module(),
        error,
    })?;
    let note = match file.section_by_name(SECTION) {
        Some((_, section)) => note(path, file.endian(), section.bytes())?,
        None => None,
    };

    note.ok_or_else(|| match file.modinfo_value(LIVEPATCH) {
        Some(_) => Error::NoNote { module: module() },
        None => Error::NotLivepatch { module: module() },
    })
}

/// Returns the note of a module that is loaded; [`None`] if `module` is a file rather than a name.
fn loaded(module: &Path, sysfs_root: &Path) -> Result<Option<Note>, Error> {
    let name = match module.to_str() {
        // The kernel's spelling, as everywhere where modules are named.
        Some(name) if is_module_name(name) => name.replace('-', "_"),
        _ => return Ok(None),
    };
    let directory = sysfs_root.join("module").join(&name);
    if !directory.is_dir() {
        return match module.exists() {
            true => Ok(None),
            false => Err(Error::NotFound {
                module: module.to_owned(),
                directory,
            }),
        };
    }
    let file = directory.join("notes").join(SECTION);
    let bytes = match bounded(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let is_livepatch = sysfs_root.join("kernel/livepatch").join(&name).is_dir();
            let module = module.to_owned();
            return Err(match is_livepatch {
                true => Error::NoNote { module },
                false => Error::NotLivepatch { module },
            });
        }
        Err(error) => return Err(Error::Sysfs { file, error }),
    };
    // The kernel that runs here has this machine's order of bytes.
    let endian = match cfg!(target_endian = "big") {
        true => Endianness::Big,
        false => Endianness::Little,
    };
    match note(module, endian, &bytes)? {
        Some(note) => Ok(Some(note)),
        None => Err(Error::NoNote {
            module: module.to_owned(),
        }),
    }
}

/// Returns whether something can be the name of a module.
fn is_module_name(name: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');

    !name.is_empty() && name.len() <= MODULE_NAME && name.bytes().all(is_name_byte)
}

/// Reads a file of sysfs, up to what notes can have.
fn bounded(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Several notes can be in it.
    let most = 4 * MAX_DESCRIPTOR as u64;
    fs::File::open(file)?.take(most).read_to_end(&mut bytes)?;

    Ok(bytes)
}

fn note(module: &Path, endian: Endianness, bytes: &[u8]) -> Result<Option<Note>, Error> {
    Note::parse(endian, bytes).map_err(|error| Error::Note {
        module: module.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests;
