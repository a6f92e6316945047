// SPDX-License-Identifier: GPL-2.0

//! What was done, when and by whom: a journal of the tool's own, one JSON object a line.
//!
//! ```text
//! {"id":"…","time":1790000000,…,"action":"load","livepatch":"fix"}                      when it begins
//! {"id":"…","time":1790000003,…,"action":"load","livepatch":"fix","outcome":"done"}     when it has ended
//! ```
//!
//! Each line is on the disk before what it announces happens: what has a beginning and no end was cut off. A line that is not
//! complete, since the power went, is passed over, and the next one begins on a line of its own. When the file gets big it becomes
//! `journal.old`, in place of the one before. The journal of systemd is told the same, where there is one.

mod file;
mod systemd;
#[cfg(test)]
mod tests;

use std::io;

use serde::{Deserialize, Serialize};

use crate::paths;
use crate::proc::kernel;
use crate::system::{Root, System, SystemError};

/// The most that is read of a file; one line more than it can have.
const MAX: usize = 2 << 20;

/// The most of a detail that is kept, so that a line stays one.
const MAX_DETAIL: usize = 4096;

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it belongs to: the same for the beginning and the end.
    pub id: String,
    /// When, in seconds since 1970.
    pub time: u64,
    /// In which boot.
    pub boot: String,
    /// On which kernel.
    pub kernel: String,
    /// By whom.
    pub by: Actor,
    /// What.
    pub action: Action,
    /// To which livepatch.
    pub livepatch: String,
    /// What came of it; [`None`] at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// More about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Who does it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user.
    pub uid: u32,
    /// The user who has logged in, whoever they have become since; [`None`] for services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<u32>,
    /// The process.
    pub pid: u32,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A livepatch is loaded, or enabled again.
    Load,
    /// It is disabled and unloaded.
    Unload,
    /// It is taken back, since something is wrong.
    Revert,
    /// Its transition is forced.
    Force,
    /// Its file is installed.
    Install,
    /// Its file is removed.
    Uninstall,
    /// It is passed over at boot.
    Skip,
    /// Something that a later version does.
    #[serde(other)]
    Other,
}

impl Action {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Unload => "unload",
            Self::Revert => "revert",
            Self::Force => "force",
            Self::Install => "install",
            Self::Uninstall => "uninstall",
            Self::Skip => "skip",
            Self::Other => "other",
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done,
    /// It has failed, or was refused.
    Failed,
    /// The transition goes on.
    Stalled,
    /// It was done, and taken back.
    Reverted,
    /// Something that a later version knows.
    #[serde(other)]
    Other,
}

impl Outcome {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stalled => "stalled",
            Self::Reverted => "reverted",
            Self::Other => "other",
        }
    }
}

/// Something that was begun, and is in the journal.
#[derive(Debug)]
#[must_use = "what has begun has an end"]
pub struct Operation {
    entry: Entry,
}

impl Operation {
    /// Writes down that something begins.
    ///
    /// # Errors
    ///
    /// It could not be written: for one, since the program does not run as root.
    pub fn begin(system: &System, action: Action, livepatch: &str) -> Result<Self, SystemError> {
        let pid = std::process::id();
        let time = system.clock.seconds_since_1970();
        let entry = Entry {
            id: format!("{time:x}-{pid:x}-{:x}", system.clock.monotonic().as_nanos()),
            time,
            boot: kernel::boot_id(&system.root).unwrap_or_default(),
            kernel: kernel::release(&system.root).unwrap_or_default(),
            by: Actor {
                uid: system.euid,
                login: login(&system.root),
                pid,
            },
            action,
            livepatch: livepatch.to_owned(),
            outcome: None,
            detail: String::new(),
        };

        append(&system.root, &entry)?;
        Ok(Self { entry })
    }

    /// Writes down what came of it.
    ///
    /// # Errors
    ///
    /// It could not be written.
    pub fn end(self, system: &System, outcome: Outcome, detail: &str) -> Result<(), SystemError> {
        let mut entry = Entry {
            time: system.clock.seconds_since_1970(),
            outcome: Some(outcome),
            ..self.entry
        };
        entry.detail = detail.chars().take(MAX_DETAIL).collect();
        append(&system.root, &entry)?;
        systemd::tell(&system.root, &entry);
        Ok(())
    }
}

/// Returns the user who has logged in.
fn login(root: &Root) -> Option<u32> {
    let login = root
        .read_text("/proc/self/loginuid")
        .ok()?
        .trim()
        .parse()
        .ok()?;

    (login != u32::MAX).then_some(login)
}

/// Adds a line.
fn append(root: &Root, entry: &Entry) -> Result<(), SystemError> {
    let line = serde_json::to_vec(entry)
        .map_err(|error| root.error("write to", paths::JOURNAL, io::Error::from(error)))?;

    file::append(root, &line)
}

/// What the journal says of one operation: its beginning and its end together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The last that is known of it.
    #[serde(flatten)]
    pub entry: Entry,
    /// When it began, in seconds since 1970.
    pub began: u64,
    /// Whether it was cut off: it has no end, and the process is not there any more.
    pub interrupted: bool,
}

/// What is in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct History {
    /// What was done, the oldest first.
    pub events: Vec<Event>,
    /// How many lines make no sense.
    pub unreadable: usize,
}

/// Reads the journal.
///
/// # Errors
///
/// It cannot be read; not that there is none.
pub fn history(system: &System) -> Result<History, SystemError> {
    let root = &system.root;
    let mut history = History::default();

    for path in [paths::JOURNAL_OLD, paths::JOURNAL] {
        let bytes = match root.read(path, MAX) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error),
        };
        for line in bytes.split(|&byte| byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(entry) => history.add(entry),
                Err(_) if line.trim_ascii().is_empty() => (),
                Err(_) => history.unreadable += 1,
            }
        }
    }
    let boot = kernel::boot_id(root).unwrap_or_default();
    for event in &mut history.events {
        let runs = || root.exists(format!("/proc/{}", event.entry.by.pid));
        event.interrupted = event.entry.outcome.is_none() && (event.entry.boot != boot || !runs());
    }
    Ok(history)
}

impl History {
    fn add(&mut self, entry: Entry) {
        // The beginning is rarely far away.
        let begun = self
            .events
            .iter_mut()
            .rev()
            .find(|event| event.entry.outcome.is_none() && event.entry.id == entry.id);

        match begun {
            Some(event) => event.entry = entry,
            None => self.events.push(Event {
                began: entry.time,
                interrupted: false,
                entry,
            }),
        }
    }
}
