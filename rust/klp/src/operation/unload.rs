// SPDX-License-Identifier: GPL-2.0

//! Takes a livepatch back.

use std::ffi::CString;
use std::time::Duration;

use rustix::io::Errno;

use super::wait::settle;
use super::{Event, Limits, Observer};
use crate::module_file::is_module_name;
use crate::sysfs::{module, patch};
use crate::system::{System, SystemError};
use crate::transition::Outcome;

/// How often it is looked whether nobody uses a module.
const POLL: Duration = Duration::from_millis(10);

/// What `/sys/module/<name>/taint` has for a module that is marked as a livepatch.
const TAINT_LIVEPATCH: char = 'K';

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum UnloadError {
    /// sysfs cannot be used.
    #[error(transparent)]
    System(#[from] SystemError),
    /// There is no such livepatch.
    #[error("no livepatch {name} is loaded")]
    NotLoaded {
        /// The name.
        name: String,
    },
    /// The kernel did not let it be disabled.
    #[error("cannot disable {name}: {error}")]
    Disable {
        /// The name.
        name: String,
        /// What the kernel says.
        error: SystemError,
    },
    /// The transition did not end, and goes on.
    #[error("the transition of {name} has stalled, and goes on: some tasks still use it")]
    Stalled {
        /// The name.
        name: String,
    },
    /// Somebody uses the module.
    #[error("{name} is disabled, but its module is in use")]
    InUse {
        /// The name.
        name: String,
    },
}

/// Disables a livepatch, waits until no task uses it, and unloads its module; returns whether the module is gone.
///
/// # Errors
///
/// See [`UnloadError`].
pub fn unload(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<bool, UnloadError> {
    disable(system, name, limits, observer)?;
    if settle(system, name, limits, observer)? == Outcome::Stalled {
        return Err(UnloadError::Stalled {
            name: name.to_owned(),
        });
    }
    remove(system, name, limits, observer)
}

/// Begins to disable a livepatch, unless it is disabled; does not wait for the transition.
///
/// # Errors
///
/// See [`UnloadError`].
pub fn disable(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<(), UnloadError> {
    let not_loaded = || UnloadError::NotLoaded {
        name: name.to_owned(),
    };
    // What is no name would be another path.
    if !is_module_name(name) {
        return Err(not_loaded());
    }
    let attribute = patch::attribute(name, "enabled");
    let Some(enabled) = system.root.read_optional(&attribute)? else {
        // Of a livepatch that is disabled, the module can be left.
        return match module::is_loaded(&system.root, name) {
            true => Ok(()),
            false => Err(not_loaded()),
        };
    };
    if enabled.trim() != "1" {
        return Ok(());
    }
    observer.event(system, &Event::Disabling(name));
    for attempt in 1.. {
        let error = match system.root.write_attribute(&attribute, "0") {
            Ok(()) => break,
            // Another livepatch has replaced it meanwhile.
            Err(error) if error.is_not_found() => break,
            Err(error) => error,
        };
        observer.event(system, &Event::NotDisabled(&error));
        let is_busy = error.errno() == Some(Errno::BUSY.raw_os_error());
        if !is_busy || attempt >= limits.attempts {
            return Err(UnloadError::Disable {
                name: name.to_owned(),
                error,
            });
        }
        observer.event(system, &Event::Retrying);
        system.clock.sleep(limits.interval);
    }
    Ok(())
}

/// Unloads the module of a livepatch that is disabled; returns whether it is gone: the kernel keeps that of one whose transition
/// was forced.
///
/// # Errors
///
/// See [`UnloadError`].
pub fn remove(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<bool, UnloadError> {
    wait_for_users(system, name, limits, observer)?;
    observer.event(system, &Event::Unloading(name));
    Ok(delete(system, name, observer))
}

/// Unloads what is left of a livepatch of the name, if there is something.
pub(super) fn remove_leftover(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<(), UnloadError> {
    if !module::is_loaded(&system.root, name) {
        return Ok(());
    }
    let taint = module::attribute(&system.root, name, "taint")?;
    // Another module of the name is in use, perhaps, and no business of ours: the kernel will say that it is there.
    if taint.is_some_and(|taint| !taint.contains(TAINT_LIVEPATCH)) {
        return Ok(());
    }
    wait_for_users(system, name, limits, observer)?;
    delete(system, name, observer);
    Ok(())
}

fn delete(system: &System, name: &str, observer: &mut dyn Observer) -> bool {
    let result = match CString::new(name) {
        Ok(name) => system.modules.unload(&name),
        Err(_) => Err(Errno::INVAL.into()),
    };

    match result {
        Ok(()) => true,
        Err(error) => {
            observer.event(
                system,
                &Event::NotUnloaded {
                    name,
                    error: &error,
                },
            );
            false
        }
    }
}

fn wait_for_users(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<(), UnloadError> {
    let is_used = || -> Result<bool, SystemError> {
        Ok(module::refcnt(&system.root, name)?.is_some_and(|count| count > 0))
    };
    if !is_used()? {
        return Ok(());
    }
    observer.event(system, &Event::WaitingForUsers(limits.refcnt));
    let start = system.clock.monotonic();
    while is_used()? {
        if system.clock.monotonic().saturating_sub(start) >= limits.refcnt {
            return Err(UnloadError::InUse {
                name: name.to_owned(),
            });
        }
        system.clock.sleep(POLL);
    }
    Ok(())
}
