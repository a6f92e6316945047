// SPDX-License-Identifier: GPL-2.0

//! What is the same for the commands that change the kernel.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::exit::{Exit, Failure};
use crate::lock::{Lock, LockError};
use crate::operation::{Event, Limits, Observer};
use crate::policy::Policy;
use crate::proc::kernel;
use crate::store;
use crate::system::System;
use crate::text::{self, printable};

use super::progress;

/// How long another one of the tool is waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes sure that the program may change the kernel, and that nobody else does.
///
/// # Errors
///
/// It does not run as root, or another one is at work.
pub(super) fn begin(system: &System) -> Result<Lock, Failure> {
    if !system.is_root() {
        return Err(Failure::new(
            Exit::Denied,
            "only root can change the kernel: try sudo",
        ));
    }
    Lock::take(system, LOCK_TIMEOUT).map_err(|error| match &error {
        LockError::Locked { .. } => Failure::new(Exit::Locked, error),
        LockError::System(_) => error.into(),
    })
}

/// Returns how long and how often something is tried.
pub(super) fn limits(policy: &Policy) -> Limits {
    Limits {
        transition: policy.transition.timeout,
        signalled: policy.transition.signal_timeout,
        refcnt: policy.load.reference_timeout,
        attempts: policy.load.attempts,
        interval: policy.load.retry_interval,
        revert: false,
    }
}

/// Returns the path of a livepatch: a path, or the name of one that is installed for the kernel that runs.
///
/// # Errors
///
/// None of the name is installed.
pub(super) fn find(system: &System, argument: &str) -> Result<PathBuf, Failure> {
    if argument.contains('/') || store::strip_suffix(argument).is_some() {
        return Ok(system.root.argument(Path::new(argument)));
    }
    let release = kernel::release(&system.root)?;
    let name = store::name_of_file(argument);

    store::of(&system.root, &release)?
        .into_iter()
        .find(|installed| installed.name() == name)
        .map(|installed| installed.path())
        .ok_or_else(|| {
            Failure::new(
                Exit::Failure,
                format!(
                    "no livepatch {argument} is installed for {release}: give the path of its file"
                ),
            )
        })
}

/// Says what happens: how far a transition is to everybody, the rest to who asks for more.
pub(super) struct Teller<'a> {
    /// Where messages go.
    pub(super) err: &'a mut dyn Write,
    /// How much to say.
    pub(super) verbose: u8,
}

impl Observer for Teller<'_> {
    fn event(&mut self, _system: &System, event: &Event<'_>) {
        // Who does not listen wants it done all the same.
        let _ = match event {
            Event::Progress(now) => progress::say(now, self.err),
            Event::Retrying => writeln!(self.err, "klp: the kernel is busy, trying again"),
            Event::Reverting { name, .. } => {
                writeln!(self.err, "klp: taking {} back", printable(name))
            }
            Event::NotUnloaded { name, error } => writeln!(
                self.err,
                "klp: the module {} stays: {error}",
                printable(name)
            ),
            _ if self.verbose == 0 => Ok(()),
            Event::Loading { name, path } => writeln!(
                self.err,
                "klp: loading {} from {}",
                printable(name),
                path.display()
            ),
            Event::Reenabling(name) => {
                writeln!(self.err, "klp: enabling {} again", printable(name))
            }
            Event::Disabling(name) => writeln!(self.err, "klp: disabling {}", printable(name)),
            Event::Unloading(name) => {
                writeln!(self.err, "klp: unloading the module {}", printable(name))
            }
            Event::WaitingForUsers(time) => writeln!(
                self.err,
                "klp: waiting up to {} until nobody uses the module",
                text::duration(*time)
            ),
            Event::Signalling => writeln!(self.err, "klp: signalling the tasks that are left"),
            _ => Ok(()),
        };
    }
}
