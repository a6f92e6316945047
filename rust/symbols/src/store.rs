// SPDX-License-Identifier: GPL-2.0

//! The directory that keeps tables from one run to the next.
//!
//! A table is believed if it was made from the very files that are there now: from the same path, file system, inode, size, and
//! times of the last change of contents and of inode. The contents are not hashed: this would take longer than to parse them
//! again. Nobody but the clock sets the time of an inode's change, so a file that is written again, replaced or restored is
//! noticed, unless that happens within one tick of the clock. Therefore a table is not kept if a source of it changed in the
//! last two seconds before it was read, or while it was read.
//!
//! Files of procfs and tracefs have no such times. What they say of the kernel itself lasts as long as the kernel runs, so
//! they are known by its boot id.
//!
//! A table that cannot be read, or is not whole, is made again. One that cannot be kept is used all the same: a cache
//! directory that is full or read-only makes the tool slow, and not fail.

use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::table::{Key, Record, Table};
use crate::Error;

/// How long a source must have been left alone for its times to tell whether it changes again.
const SETTLED: Duration = Duration::from_secs(2);

/// How many tables are kept; the oldest ones go first.
const KEPT: usize = 48;

/// What the name of the file of a table ends in.
const SUFFIX: &str = ".index";

/// What a source file is recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stamp {
    /// A file on a file system that has times.
    File {
        path: PathBuf,
        numbers: [u64; 3],
        times: [i64; 4],
    },
    /// A file that the running kernel makes up.
    Boot { path: PathBuf, boot: String },
}

/// What the sources of a table are recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamps {
    stamps: Vec<Stamp>,
    /// Whether they can tell that a source has changed.
    settled: bool,
}

impl Stamps {
    /// Looks at the sources. `boot` is the boot id if they are of the running kernel.
    pub(crate) fn take<'a>(
        paths: impl Iterator<Item = &'a Path>,
        boot: Option<&str>,
    ) -> Result<Self, Error> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let mut stamps = Vec::new();
        let mut settled = true;

        for path in paths {
            let path = std::path::absolute(path).map_err(Error::read(path))?;
            let metadata = fs::metadata(&path).map_err(Error::read(&path))?;

            // The files of procfs and tracefs are empty to those who only look at them.
            match (metadata.len(), boot) {
                (0, Some(boot)) => stamps.push(Stamp::Boot {
                    path,
                    boot: boot.to_owned(),
                }),
                (0, None) => settled = false,
                _ => {
                    let changed =
                        Duration::from_secs(u64::try_from(metadata.ctime()).unwrap_or_default());

                    settled &= now.saturating_sub(changed) > SETTLED;
                    stamps.push(Stamp::File {
                        path,
                        numbers: [metadata.dev(), metadata.ino(), metadata.len()],
                        times: [
                            metadata.mtime(),
                            metadata.mtime_nsec(),
                            metadata.ctime(),
                            metadata.ctime_nsec(),
                        ],
                    });
                }
            }
        }
        Ok(Self { stamps, settled })
    }

    fn key(&self) -> Key {
        let mut hasher = Sha256::new();

        for stamp in &self.stamps {
            match stamp {
                Stamp::File {
                    path,
                    numbers,
                    times,
                } => {
                    hasher.update(b"file\0");
                    hasher.update(path.as_os_str().as_encoded_bytes());
                    hasher.update([0]);
                    numbers
                        .iter()
                        .for_each(|number| hasher.update(number.to_le_bytes()));
                    times
                        .iter()
                        .for_each(|time| hasher.update(time.to_le_bytes()));
                }
                Stamp::Boot { path, boot } => {
                    hasher.update(b"boot\0");
                    hasher.update(path.as_os_str().as_encoded_bytes());
                    hasher.update([0]);
                    hasher.update(boot.as_bytes());
                    hasher.update([0]);
                }
            }
        }
        hasher.finalize().into()
    }
}

/// Where tables are kept, if anywhere.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    directory: Option<PathBuf>,
}

impl Store {
    pub(crate) fn new(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
        }
    }

    /// Returns the table of these sources: the one that was kept, or the one that `build` makes of them now.
    pub(crate) fn table<R: Record>(
        &self,
        name: &str,
        stamps: impl Fn() -> Result<Stamps, Error>,
        build: impl FnOnce(&Key) -> Result<Table<R>, Error>,
    ) -> Result<Table<R>, Error> {
        let before = stamps()?;
        let key = before.key();
        let file = self
            .directory
            .as_ref()
            .filter(|_| before.settled)
            .map(|directory| {
                let hex = key
                    .iter()
                    .take(16)
                    .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));

                directory.join(format!("{name}-{hex}{SUFFIX}"))
            });

        if let Some(file) = &file {
            let kept = fs::read(file)
                .ok()
                .and_then(|bytes| Table::from_file(bytes, &key));

            if let Some(table) = kept {
                return Ok(table);
            }
        }

        let table = build(&key)?;

        if let Some(file) = &file {
            if stamps()? == before {
                // Nothing is lost but time if the table is not kept.
                let _ = keep(file, table.as_file());
            }
        }
        Ok(table)
    }
}

/// Writes a new file and gives it its name only when it is whole.
fn keep(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = file.parent().unwrap_or(Path::new("."));

    fs::create_dir_all(directory)?;

    let mut new = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(directory)?;

    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    forget_oldest(directory)
}

/// Removes the oldest tables if there are too many.
fn forget_oldest(directory: &Path) -> std::io::Result<()> {
    let mut tables = Vec::new();

    for entry in fs::read_dir(directory)? {
        let entry = entry?;

        if entry
            .file_name()
            .as_encoded_bytes()
            .ends_with(SUFFIX.as_bytes())
        {
            tables.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    tables.sort();

    let surplus = tables.len().saturating_sub(KEPT);

    for (_, table) in tables.into_iter().take(surplus) {
        fs::remove_file(table)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
