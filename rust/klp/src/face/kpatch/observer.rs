// SPDX-License-Identifier: GPL-2.0

//! Prints what happens, in the words of kpatch.

use std::io;

use rustix::io::Errno;

use super::list;
use crate::face::Context;
use crate::operation::{Event, Observer};
use crate::system::System;

/// Prints what happens.
pub(super) struct Printer<'a, 'b> {
    context: &'a mut Context<'b>,
}

impl<'a, 'b> Printer<'a, 'b> {
    /// Prints to the outputs of a context.
    pub(super) fn new(context: &'a mut Context<'b>) -> Self {
        Self { context }
    }

    fn print(&mut self, system: &System, event: &Event<'_>) -> io::Result<()> {
        let Context { out, err, .. } = &mut *self.context;

        match event {
            Event::Loading { path, .. } => {
                writeln!(out, "loading patch module: {}", path.display())
            }
            Event::Refused { path, error } => writeln!(
                err,
                "insmod: ERROR: could not insert module {}: {}",
                path.display(),
                reason(error)
            ),
            Event::Reenabling(_) => writeln!(out, "module already loaded, re-enabling"),
            Event::AlreadyEnabled(name) => {
                writeln!(out, "module named {name} already loaded and enabled")
            }
            Event::Disabling(name) => writeln!(out, "disabling patch module: {name}"),
            Event::NotDisabled(error) | Event::NotSignalled(error) => {
                writeln!(err, "kpatch: {error}")
            }
            Event::Retrying => writeln!(err, "kpatch: retrying..."),
            Event::Waiting(timeout) => writeln!(
                out,
                "waiting (up to {} seconds) for patch transition to complete...",
                timeout.as_secs()
            ),
            Event::Complete(elapsed) => {
                // kpatch looks once a second.
                let seconds = elapsed.as_millis().div_ceil(1000);
                writeln!(out, "transition complete ({seconds} seconds)")
            }
            Event::Stalled => writeln!(out, "patch transition has stalled!"),
            Event::Signalling => writeln!(out, "signaling stalled process(es):"),
            Event::SignallingItself => {
                writeln!(
                    err,
                    "kpatch: Livepatch process signaling is performed automatically on your system."
                )?;
                writeln!(err, "kpatch: Skipping manual process signaling.")
            }
            Event::Reverting { name, unload } => {
                // What keeps the transition helps; without, it is taken back all the same.
                if let Err(error) = list::stalled(system, *out) {
                    writeln!(err, "kpatch: {error}")?;
                }
                let what = match unload {
                    true => "unloading",
                    false => "disabling",
                };
                writeln!(
                    out,
                    "module {name} did not complete its transition, {what}..."
                )
            }
            Event::WaitingForUsers(timeout) => writeln!(
                out,
                "waiting (up to {} seconds) for module refcount...",
                timeout.as_secs()
            ),
            Event::Unloading(name) => writeln!(out, "unloading patch module: {name}"),
            // kpatch says nothing: the kernel keeps the module of a livepatch whose transition was forced.
            Event::NotUnloaded { .. } | Event::Progress(_) => Ok(()),
        }
    }
}

impl Observer for Printer<'_, '_> {
    fn event(&mut self, system: &System, event: &Event<'_>) {
        // Who does not listen is no reason to stop half-way.
        let _ = self.print(system, event);
    }
}

/// Says why a module was refused, as insmod(8) does.
fn reason(error: &io::Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOEXEC) => "Invalid module format".to_owned(),
        Some(Errno::NOENT) => "Unknown symbol in module".to_owned(),
        Some(Errno::SRCH) => "Module has wrong symbol version".to_owned(),
        Some(Errno::INVAL) => "Invalid parameters".to_owned(),
        _ => {
            let text = error.to_string();
            match text.split_once(" (os error") {
                Some((text, _)) => text.to_owned(),
                None => text,
            }
        }
    }
}
