// SPDX-License-Identifier: GPL-2.0

//! What can go wrong on the host's side, and which exit status says so.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

/// Exit status when the time limit ended the run, as `timeout(1)` has it.
pub const EXIT_TIMEOUT: u8 = 124;
/// Exit status when the runner itself failed.
pub const EXIT_RUNNER: u8 = 125;
/// Exit status when the guest ended without telling the command's status.
pub const EXIT_GUEST_DIED: u8 = 126;

/// Why a run gave no exit status of its command.
#[derive(Debug, Error)]
pub enum Error {
    /// A file of the host could not be used.
    #[error("cannot {what} {}: {source}", .path.display())]
    File {
        /// The verb: `read`, `write`, `create`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A system call without a file failed.
    #[error("cannot {what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A program of the host could not be started.
    #[error("cannot start {program}: {source}; is it installed in the toolchain root?")]
    Program {
        /// The program's name or path.
        program: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A program of the host failed.
    #[error("{program} failed: {message}")]
    ProgramFailed {
        /// The program's name or path.
        program: String,
        /// Its own words.
        message: String,
    },
    /// A path for the guest is not one.
    #[error("{}: a path in the guest must be absolute, without '..'", .0.display())]
    GuestPath(PathBuf),
    /// A file name that the archive format cannot hold.
    #[error("{}: the name is not UTF-8, so it cannot go into the guest's archive", .0.display())]
    Name(PathBuf),
    /// A file that the archive format cannot hold.
    #[error("{}: only directories, regular files and symbolic links can go into the guest", .0.display())]
    FileType(PathBuf),
    /// A file of 4 GiB or more.
    #[error("{}: too large for the guest's archive (4 GiB)", .0.display())]
    TooLarge(PathBuf),
    /// No single directory of modules.
    #[error("{}: expected modules of one release (DIR/lib/modules/RELEASE or such a directory itself), found {found}", .path.display())]
    ModulesDirectory {
        /// What was given as `--modules`.
        path: PathBuf,
        /// What is there instead.
        found: String,
    },
    /// A module that is not in the directory.
    #[error("module {name}: not in {} and not built in{}", .directory.display(), match .needed_by { Some(by) => format!(" (module {by} needs it)"), None => String::new() })]
    NoModule {
        /// The module asked for.
        name: String,
        /// Where it was looked for.
        directory: PathBuf,
        /// The module that depends on it.
        needed_by: Option<String>,
    },
    /// `--module` without `--modules`.
    #[error("--module {0} needs --modules DIR")]
    NoModulesDirectory(String),
    /// No machine is known for this architecture.
    #[error("no virtual machine is known for architecture {0}; known are: {1}")]
    Architecture(String, String),
    /// The machine of this architecture has no UEFI.
    #[error("the virtual machine of {0} has no UEFI firmware; leave out --uefi-db")]
    NoFirmware(&'static str),
    /// The guest said something that is not in the protocol.
    #[error("the guest's init broke the protocol: {message}; console: {}", .console.display())]
    Protocol {
        /// What it said.
        message: String,
        /// The console's log.
        console: PathBuf,
    },
    /// The guest's init failed before the command could run.
    #[error("the guest failed before the command ended: {message}; console: {}", .console.display())]
    Init {
        /// The init's words.
        message: String,
        /// The console's log.
        console: PathBuf,
    },
    /// The time limit passed.
    #[error("time limit of {} s passed{}; console: {}", .limit.as_secs(), if *.started { "" } else { " before the command started" }, .console.display())]
    Timeout {
        /// The limit.
        limit: Duration,
        /// Whether the command had been started.
        started: bool,
        /// The console's log.
        console: PathBuf,
    },
    /// The system on a disk did not shut down.
    #[error("the guest had not shut down after {} s, and what is on {} may be cut off; console: {}", .limit.as_secs(), .disk.display(), .console.display())]
    NoShutdown {
        /// The image.
        disk: PathBuf,
        /// The limit.
        limit: Duration,
        /// The console's log.
        console: PathBuf,
    },
    /// QEMU ended and the guest had not reported a status.
    #[error("{}", died_message(.panic.as_deref(), .tail, .qemu, .console))]
    GuestDied {
        /// Why the kernel panicked, if it did.
        panic: Option<String>,
        /// The last lines of the console.
        tail: String,
        /// What QEMU said.
        qemu: String,
        /// The console's log.
        console: PathBuf,
    },
    /// The runner was told to stop.
    #[error("interrupted by signal {0}")]
    Interrupted(i32),
    /// Collected files are not there, or are not plain files.
    #[error("{}: {message}", .path.display())]
    Collect {
        /// The path in the guest.
        path: PathBuf,
        /// Why it could not be collected.
        message: String,
    },
    /// The stream of collected files is damaged.
    #[error("the stream of collected files is damaged: {0}")]
    CollectStream(io::Error),
    /// `KVM` was demanded and the trial boot failed.
    #[error("KVM does not work here: {0}; use --accel tcg")]
    Kvm(String),
    /// `vm shell` without a terminal.
    #[error("standard input and output must be a terminal for an interactive shell")]
    NoTerminal,
}

fn died_message(panic: Option<&str>, tail: &str, qemu: &str, console: &Path) -> String {
    let mut text = String::from("the guest died before the command ended");
    match panic {
        Some(reason) => text.push_str(&format!(": kernel panic: {reason}")),
        None => text.push_str(", without a kernel panic on its console"),
    }
    if !qemu.is_empty() {
        text.push_str("; QEMU says: ");
        text.push_str(qemu.trim_end());
    }
    if !tail.is_empty() {
        text.push_str("\nlast lines of its console:\n");
        text.push_str(tail.trim_end());
    }
    text.push_str(&format!("\nconsole: {}", console.display()));
    text
}

impl Error {
    /// The runner's exit status for this error.
    pub fn exit_status(&self) -> u8 {
        match self {
            Error::Timeout { .. } => EXIT_TIMEOUT,
            Error::GuestDied { .. } => EXIT_GUEST_DIED,
            Error::Interrupted(signal) => 128 + u8::try_from(*signal).unwrap_or(0),
            _ => EXIT_RUNNER,
        }
    }

    /// Wraps an I/O error with the file and the verb it belongs to.
    pub fn file<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
        move |source| Error::File {
            what,
            path: path.to_owned(),
            source,
        }
    }

    /// Wraps the error of a system call.
    pub fn system<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> Error {
        move |source| Error::System {
            what,
            source: source.into(),
        }
    }
}
