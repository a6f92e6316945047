// SPDX-License-Identifier: GPL-2.0

//! Waits for a transition, and signals those that keep it.

use super::{Event, Limits, Observer};
use crate::sysfs::patch;
use crate::system::{System, SystemError};
use crate::transition::{self, Outcome};

/// Waits for the transition of a livepatch; if it stalls, signals the tasks and waits once more.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn settle(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Outcome, SystemError> {
    if !patch::in_transition(&system.root, name)? {
        return Ok(Outcome::Complete);
    }
    for (number, timeout) in [limits.transition, limits.signalled]
        .into_iter()
        .enumerate()
    {
        if number != 0 {
            observer.event(system, &Event::Stalled);
            signal(system, observer)?;
        }
        observer.event(system, &Event::Waiting(timeout));
        let start = system.clock.monotonic();
        let outcome = transition::wait(system, name, timeout, &mut |progress| {
            observer.event(system, &Event::Progress(progress));
        })?;
        if outcome != Outcome::Stalled {
            let elapsed = system.clock.monotonic().saturating_sub(start);
            observer.event(system, &Event::Complete(elapsed));
            return Ok(outcome);
        }
    }
    Ok(Outcome::Stalled)
}

/// Returns the livepatch that is in transition: the kernel has one at most.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn transition_patch(system: &System) -> Result<Option<String>, SystemError> {
    for name in patch::names(&system.root)? {
        if patch::in_transition(&system.root, &name)? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Signals the tasks that a transition waits for, on kernels that do not do it by themselves; does nothing without a transition.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn signal(system: &System, observer: &mut dyn Observer) -> Result<(), SystemError> {
    let Some(name) = transition_patch(system)? else {
        return Ok(());
    };
    let attribute = patch::attribute(&name, "signal");

    if system.root.exists(&attribute) {
        observer.event(system, &Event::Signalling);
        if let Err(error) = system.root.write_attribute(&attribute, "1") {
            observer.event(system, &Event::NotSignalled(&error));
        }
    } else {
        observer.event(system, &Event::SignallingItself);
    }
    Ok(())
}
