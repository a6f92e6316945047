// SPDX-License-Identifier: GPL-2.0

//! What was loaded at which boot, and whether the machine has lived long enough since: `/var/lib/klp/boot`, JSON.
//!
//! It is on the disk before a livepatch is loaded; a power cut leaves the record before or the one after. The time in it is for
//! people: boots are told apart by their ids, so that a clock that goes wrong changes nothing.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::paths;
use crate::system::{Directory, Root, SystemError};

/// The most that is read.
const MAX: usize = 1 << 20;

/// The most livepatches that are remembered; the oldest are forgotten first, but for those that are held back.
const MAX_LOADS: usize = 256;

/// The version of the format.
const VERSION: u32 = 1;

/// Why the record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The system does not let it be read or written.
    #[error("without a record of what is loaded at boot nothing is loaded: {0}")]
    System(#[from] SystemError),
    /// It is of a later version.
    #[error("{path} is of version {version}, and this klp knows version {VERSION}: update klp, or remove the file")]
    Version {
        /// The file.
        path: String,
        /// Its version.
        version: u32,
    },
}

/// How it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The livepatch is being loaded, or was, and the machine has not lived long enough yet.
    Pending,
    /// It has.
    Good,
    /// It did not, and the livepatch is not loaded any more.
    HeldBack,
}

/// A livepatch that was loaded at a boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Its name.
    pub livepatch: String,
    /// The kernel that it is for.
    pub release: String,
    /// SHA-256 of its file.
    pub checksum: String,
    /// In which boot.
    pub boot: String,
    /// When, in seconds since 1970.
    pub time: u64,
    /// How it has ended.
    pub state: State,
    /// Whether the machine has ever lived long enough with it.
    #[serde(default)]
    pub survived: bool,
}

/// What was loaded at boots: the last time of each livepatch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    loads: Vec<Load>,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    loads: Vec<Load>,
}

#[derive(Deserialize)]
struct OnlyVersion {
    version: u32,
}

impl Record {
    /// Reads it. Without a file nothing was loaded; nor with one that makes no sense, which the tool has not written.
    ///
    /// # Errors
    ///
    /// See [`RecordError`].
    pub fn read(root: &Root) -> Result<Self, RecordError> {
        let bytes = match root.read(paths::BOOT, MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            Err(error) if error.errno() == Some(rustix::io::Errno::FBIG.raw_os_error()) => {
                return Ok(Self::default())
            }
            Err(error) => return Err(error.into()),
        };

        match serde_json::from_slice::<OnlyVersion>(&bytes) {
            Ok(OnlyVersion { version }) if version > VERSION => Err(RecordError::Version {
                path: root.path(paths::BOOT).display().to_string(),
                version,
            }),
            _ => Ok(Self {
                loads: serde_json::from_slice::<File>(&bytes)
                    .map(|file| file.loads)
                    .unwrap_or_default(),
            }),
        }
    }

    /// Writes it, to stay.
    ///
    /// # Errors
    ///
    /// See [`RecordError`]; then what was there is there.
    pub fn write(&self, root: &Root) -> Result<(), RecordError> {
        let path = Path::new(paths::BOOT);
        let file = File {
            version: VERSION,
            loads: self.loads.clone(),
        };
        let mut bytes = serde_json::to_vec_pretty(&file)
            .map_err(|error| root.error("write", path, std::io::Error::from(error)))?;
        bytes.push(b'\n');
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();

        Directory::make(root, Path::new(paths::STATE))?.write(name, &bytes, 0o644)?;
        Ok(())
    }

    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.loads.is_empty()
    }

    /// Returns whether anything is held back.
    pub fn holds_back(&self) -> bool {
        self.loads.iter().any(|load| load.state == State::HeldBack)
    }

    /// Returns all loads.
    pub fn into_loads(self) -> impl Iterator<Item = Load> {
        self.loads.into_iter()
    }

    /// Judges what an earlier boot has left: what is not good is held back. Returns whether anything was.
    ///
    /// Of several, those with which the machine has lived before are not suspected, unless there are no others: a new livepatch
    /// does not take the old ones with it. At least one is held back for each boot that was cut off, so that boots that are cut
    /// off come to an end.
    pub fn judge(&mut self, boot: &str) -> bool {
        let is_cut_off = |load: &Load| load.state == State::Pending && load.boot != boot;
        let has_new = self
            .loads
            .iter()
            .any(|load| is_cut_off(load) && !load.survived);
        let mut is_changed = false;

        for load in &mut self.loads {
            if is_cut_off(load) {
                load.state = match has_new && load.survived {
                    true => State::Good,
                    false => State::HeldBack,
                };
                is_changed = true;
            }
        }
        is_changed
    }

    /// Returns since when a livepatch is held back, if it is. Another file of the same name is another livepatch.
    pub fn is_held_back(&self, release: &str, livepatch: &str, checksum: &str) -> Option<u64> {
        self.loads
            .iter()
            .find(|load| {
                load.state == State::HeldBack
                    && load.release == release
                    && load.livepatch == livepatch
                    && load.checksum == checksum
            })
            .map(|load| load.time)
    }

    /// Adds a load, in place of the one before of the livepatch.
    pub fn begin(&mut self, mut load: Load) {
        let is_same =
            |other: &Load| other.release == load.release && other.livepatch == load.livepatch;
        let before = self
            .loads
            .iter()
            .find(|other| is_same(other) && other.checksum == load.checksum);

        if let Some(before) = before {
            load.survived = before.survived;
            // Loaded once more, in a boot that lives with it: nobody would mark it again.
            if before.boot == load.boot && before.state == State::Good {
                load.state = State::Good;
            }
        }
        self.loads.retain(|other| !is_same(other));
        self.loads.push(load);
        while self.loads.len() > MAX_LOADS {
            let oldest = self
                .loads
                .iter()
                .position(|load| load.state == State::Good)
                .unwrap_or(0);
            self.loads.remove(oldest);
        }
    }

    /// Marks what was loaded in a boot as good, and returns the names.
    pub fn mark_good(&mut self, boot: &str) -> Vec<String> {
        let mut names = Vec::new();

        for load in &mut self.loads {
            if load.state == State::Pending && load.boot == boot {
                load.state = State::Good;
                load.survived = true;
                names.push(load.livepatch.clone());
            }
        }
        names
    }

    /// Forgets what is held back: of this name, or all. Returns the names.
    pub fn clear(&mut self, name: Option<&str>) -> Vec<String> {
        let mut names = Vec::new();

        self.loads.retain(|load| {
            let is_cleared =
                load.state == State::HeldBack && name.is_none_or(|name| load.livepatch == name);
            if is_cleared {
                names.push(load.livepatch.clone());
            }
            !is_cleared
        });
        names
    }
}
