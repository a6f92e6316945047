// SPDX-License-Identifier: GPL-2.0

//! What happens on the way.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::system::{System, SystemError};
use crate::transition::Progress;

/// Something that happens on the way.
#[derive(Debug)]
pub enum Event<'a> {
    /// The module is given to the kernel.
    Loading {
        /// Its name.
        name: &'a str,
        /// Its file.
        path: &'a Path,
    },
    /// The kernel did not take it.
    Refused {
        /// Its file.
        path: &'a Path,
        /// What the kernel says.
        error: &'a io::Error,
    },
    /// The livepatch is there, and is enabled again.
    Reenabling(&'a str),
    /// The livepatch is there, and enabled.
    AlreadyEnabled(&'a str),
    /// It is disabled.
    Disabling(&'a str),
    /// The kernel did not let it be disabled.
    NotDisabled(&'a SystemError),
    /// The kernel is busy, and is asked again.
    Retrying,
    /// Its transition is waited for, at most for so long.
    Waiting(Duration),
    /// Its transition goes on.
    Progress(&'a Progress),
    /// Its transition is complete, after so long.
    Complete(Duration),
    /// Its transition has not ended in time, and the tasks that it waits for are signalled.
    Stalled,
    /// The tasks are signalled now.
    Signalling,
    /// They are not: the kernel does it by itself.
    SignallingItself,
    /// They could not be signalled.
    NotSignalled(&'a SystemError),
    /// Its transition has not ended at all. It is taken back: unloaded if it was loaded, else disabled.
    Reverting {
        /// Its name.
        name: &'a str,
        /// Whether it is unloaded.
        unload: bool,
    },
    /// It is waited for that nobody uses the module, at most for so long.
    WaitingForUsers(Duration),
    /// The module is unloaded.
    Unloading(&'a str),
    /// The kernel did not let it be unloaded.
    NotUnloaded {
        /// Its name.
        name: &'a str,
        /// What the kernel says.
        error: &'a io::Error,
    },
}

/// Somebody who wants to know what happens.
pub trait Observer {
    /// Takes notice.
    fn event(&mut self, system: &System, event: &Event<'_>);
}

/// Somebody who does not want to know.
impl Observer for () {
    fn event(&mut self, _system: &System, _event: &Event<'_>) {}
}
