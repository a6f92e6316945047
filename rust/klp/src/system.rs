// SPDX-License-Identifier: GPL-2.0

//! Everything outside of this program that it looks at and changes.
//!
//! There is one [`System`], made by `main` and handed down: nothing else opens a path, calls the kernel or asks for the time. Tests
//! hand down one whose root is a directory, whose kernel is a model, and whose time passes at once.

mod clock;
mod commands;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod files;
mod modules;
mod processes;
mod root;
mod trust;

use std::path::Path;

pub use clock::{Clock, MachineClock};
pub use commands::{CommandLine, Commands, Finished, MachineCommands};
pub use error::SystemError;
pub use files::{Directory, UNFINISHED};
pub use modules::{Modules, RunningKernel};
pub use processes::{MachineProcesses, Process, Processes, Signal};
pub use root::{Entry, Root, MAX_ATTRIBUTE};
pub use trust::Untrusted;

/// What the program looks at and changes.
pub struct System {
    /// Where `/sys`, `/proc`, `/var`, `/etc` and `/run` are.
    pub root: Root,
    /// Loads and unloads modules.
    pub modules: Box<dyn Modules>,
    /// Tells the time, and waits.
    pub clock: Box<dyn Clock>,
    /// Runs other programs.
    pub commands: Box<dyn Commands>,
    /// Sends signals to processes.
    pub processes: Box<dyn Processes>,
    /// The effective user id.
    pub euid: u32,
}

impl System {
    /// Returns the machine that this program runs on.
    ///
    /// # Errors
    ///
    /// `/` cannot be opened.
    pub fn machine() -> Result<Self, SystemError> {
        Ok(Self {
            root: Root::open(Path::new("/"))?,
            modules: Box::new(RunningKernel),
            clock: Box::new(MachineClock::new()),
            commands: Box::new(MachineCommands),
            processes: Box::new(MachineProcesses),
            euid: rustix::process::geteuid().as_raw(),
        })
    }

    /// Returns a picture of a machine, in a directory: what is there can be looked at, and no module can be loaded or unloaded.
    ///
    /// # Errors
    ///
    /// The directory cannot be opened.
    pub fn picture(directory: &Path) -> Result<Self, SystemError> {
        Ok(Self {
            modules: Box::new(modules::NoKernel),
            processes: Box::new(processes::NoProcesses),
            root: Root::open(directory)?,
            ..Self::machine()?
        })
    }

    /// Returns whether the program may do what only root may.
    pub fn is_root(&self) -> bool {
        self.euid == 0
    }
}
