// SPDX-License-Identifier: GPL-2.0

//! Packages: which one a livepatch came in, what it says of itself, and how to get the version before it.
//!
//! ```text
//!  Database         what is installed       rpm, dpkg
//!  PackageManager   what can be installed   dnf, zypper, apt
//! ```
//!
//! Other programs are asked, in the locale C and within [`TIMEOUT`]. In a picture of a machine they are told where it is.

mod apt;
mod changelog;
mod database;
mod dnf;
mod manager;
#[cfg(test)]
pub(crate) mod tests;
mod url;
mod version;
mod zypper;

use std::fmt;
use std::io;
use std::time::Duration;

use serde::Serialize;

pub use self::changelog::{fixes, Mention};
pub use self::database::Database;
pub use self::manager::{manager_for, Around, Manager, PackageManager};
pub use self::url::percent;
pub use self::version::compare;
use crate::system::{CommandLine, Finished, System, SystemError};

/// How long a program may think about a question.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// How long it may think if it has to fetch something first.
const FETCH_TIMEOUT: Duration = Duration::from_secs(600);

/// What the names of packages with livepatches begin with: those of SUSE and Amazon, of Red Hat, and of Debian.
pub const PREFIXES: [&str; 4] = [
    "kernel-livepatch-",
    "kpatch-patch-",
    "livepatch-",
    "linux-livepatch-",
];

/// The format of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `.rpm`
    Rpm,
    /// `.deb`
    Deb,
}

/// A package that is installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its format.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its version and release, with the epoch if it has one.
    pub version: String,
    /// The architecture that it is for.
    pub arch: String,
}

/// Why something about packages could not be told or done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// The program is not there.
    #[error("cannot run {program}: it is not installed")]
    NotInstalled {
        /// The program.
        program: String,
    },
    /// The program could not be run, or did not end.
    #[error("cannot run {command:?}: {source}")]
    Run {
        /// The command.
        command: String,
        /// What happened.
        source: io::Error,
    },
    /// The program has failed.
    #[error("{command:?} has failed ({status}): {message}")]
    Failed {
        /// The command.
        command: String,
        /// Its status.
        status: String,
        /// What it said, in one line.
        message: String,
    },
    /// The program says something else than it is documented to say.
    #[error("{command:?} has printed {line:?}, which is not understood")]
    Output {
        /// The command.
        command: String,
        /// What it said.
        line: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
}

impl Package {
    /// Returns whether it is one that livepatches come in, by its name.
    pub fn is_livepatch(&self) -> bool {
        PREFIXES.iter().any(|prefix| {
            self.name
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty())
        })
    }
}

/// As its package manager calls it: name-version-release.arch for RPM, name_version_arch for Debian; without the epoch.
impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = match self.version.split_once(':') {
            Some((_, version)) => version,
            None => &self.version,
        };
        match self.kind {
            Kind::Rpm => write!(f, "{}-{version}.{}", self.name, self.arch),
            Kind::Deb => write!(f, "{}_{version}_{}", self.name, self.arch),
        }
    }
}

/// Returns the directory of a picture of a machine; [`None`] for the machine itself.
fn picture(system: &System) -> Option<String> {
    let root = system.root.path("/").display().to_string();
    let root = root.trim_end_matches('/');

    (!root.is_empty()).then(|| root.to_owned())
}

/// Runs a program, and returns what it printed and its status.
fn ask(
    system: &System,
    command: &CommandLine,
    timeout: Duration,
) -> Result<Finished, PackageError> {
    system
        .commands
        .output(command, timeout)
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => PackageError::NotInstalled {
                program: command.program(),
            },
            _ => PackageError::Run {
                command: command.to_string(),
                source,
            },
        })
}

/// Returns what a program printed that has ended well.
fn text(command: &CommandLine, finished: &Finished) -> Result<String, PackageError> {
    match finished.status {
        Some(0) => Ok(String::from_utf8_lossy(&finished.output).into_owned()),
        _ => Err(failed(command, finished)),
    }
}

fn failed(command: &CommandLine, finished: &Finished) -> PackageError {
    let complaint = match finished.errors.trim_ascii().is_empty() {
        true => &finished.output,
        false => &finished.errors,
    };
    let message = String::from_utf8_lossy(complaint);
    let lines: Vec<_> = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(5)
        .collect();

    PackageError::Failed {
        command: command.to_string(),
        status: finished
            .status
            .map_or_else(|| "killed".to_owned(), |status| status.to_string()),
        message: lines.join("; "),
    }
}
