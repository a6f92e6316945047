// SPDX-License-Identifier: GPL-2.0

//! Watches the kernel and the machine while a livepatch is new: a warning, an oops, a taint, or a health check that fails is a
//! reason to take it back.

mod health;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

use crate::proc::kernel;
use crate::proc::log::{KernelLog, Record};
use crate::system::System;

pub use health::{check, HealthCheck};

/// What the kernel's log has where something is wrong; the words are the kernel's.
const TROUBLE: [&str; 11] = [
    "------------[ cut here ]",
    "WARNING: ",
    "BUG: ",
    "kernel BUG at ",
    "Oops: ",
    "Oops - ",
    "Unable to handle kernel ",
    "Kernel panic",
    "detected stall",
    "self-detected stall",
    "blocked for more than ",
];

/// The taint flags that tell of trouble, with their letters; the others are about modules. C header: `include/linux/panic.h`.
const TAINTS: [(u32, char); 5] = [(4, 'M'), (5, 'B'), (7, 'D'), (9, 'W'), (14, 'L')];

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    /// The kernel says so in its log.
    Log {
        /// What it says.
        text: String,
    },
    /// The kernel has become tainted.
    Taint {
        /// The letters of the new flags.
        flags: String,
    },
    /// The health check has ended with another status than 0.
    Unhealthy {
        /// The command.
        command: String,
        /// How it has ended.
        status: String,
    },
    /// The health check has not ended in time.
    TimedOut {
        /// The command.
        command: String,
        /// The time that it had, in seconds.
        seconds: u64,
    },
    /// The health check could not be started.
    NotStarted {
        /// The command.
        command: String,
        /// Why.
        error: String,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log { text } => write!(f, "the kernel says: {text}"),
            Self::Taint { flags } => write!(f, "the kernel has become tainted with {flags}"),
            Self::Unhealthy { command, status } => {
                write!(f, "the health check has failed ({status}): {command}")
            }
            Self::TimedOut { command, seconds } => {
                write!(
                    f,
                    "the health check has not ended within {seconds} s: {command}"
                )
            }
            Self::NotStarted { command, error } => {
                write!(
                    f,
                    "the health check could not be started: {error}: {command}"
                )
            }
        }
    }
}

/// The kernel, as it was when the watch began.
#[derive(Debug)]
pub struct Watch {
    /// The log, after what was in it; [`None`] if it cannot be seen.
    log: Option<KernelLog>,
    tainted: u64,
    said: Vec<String>,
}

impl Watch {
    /// Begins to watch.
    pub fn begin(system: &System) -> Self {
        Self {
            log: KernelLog::open_at_end(&system.root).ok(),
            tainted: kernel::tainted(&system.root).unwrap_or(0),
            said: Vec::new(),
        }
    }

    /// Returns what is wrong since the watch began, if something is.
    pub fn trouble(&mut self, system: &System) -> Option<Trouble> {
        let records = self.new_records();
        if let Some(first) = records.iter().position(is_trouble) {
            // The line that is cut here says nothing: the next one does.
            let text = records
                .iter()
                .skip(first)
                .map(|record| record.text.trim())
                .find(|text| !text.starts_with("---"))
                .unwrap_or("------------[ cut here ]------------");
            return Some(Trouble::Log {
                text: text.to_owned(),
            });
        }
        let now = kernel::tainted(&system.root).unwrap_or(self.tainted);
        let flags: String = TAINTS
            .iter()
            .filter(|(bit, _)| (now & !self.tainted) & (1 << bit) != 0)
            .map(|(_, letter)| letter)
            .collect();

        (!flags.is_empty()).then_some(Trouble::Taint { flags })
    }

    /// Returns what the kernel has said about livepatches or a module since the watch began.
    pub fn said_about(&mut self, module: &str) -> Vec<String> {
        self.new_records();
        let is_about = |text: &&String| {
            text.starts_with("livepatch: ")
                || text.starts_with(&format!("{module}: "))
                || text.contains(&format!("module {module}"))
                || text.starts_with("module: ")
                || text.starts_with("Lockdown: ")
                || text.starts_with("Loading of ")
        };

        self.said.iter().filter(is_about).cloned().collect()
    }

    fn new_records(&mut self) -> Vec<Record> {
        let records = match &mut self.log {
            // A log that cannot be read any more has nothing new; the taint flags tell as well.
            Some(log) => log.new_records().unwrap_or_default(),
            None => Vec::new(),
        };
        let room = 1000usize.saturating_sub(self.said.len());

        self.said
            .extend(records.iter().take(room).map(|record| record.text.clone()));
        records
    }
}

/// Returns whether a record of the log is one that no machine should have.
fn is_trouble(record: &Record) -> bool {
    // What users write to the log comes with a facility, and is no word of the kernel's.
    record.facility == 0
        && (TROUBLE.iter().any(|words| record.text.contains(words))
            // That of a program is said of it: `cat[7] general protection fault`.
            || record.text.starts_with("general protection fault"))
}
