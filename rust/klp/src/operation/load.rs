// SPDX-License-Identifier: GPL-2.0

//! Loads a livepatch, or enables it again.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::unload::{remove_leftover, unload};
use super::wait::settle;
use super::{Event, Limits, Observer, UnloadError};
use crate::module_file::{ModuleFile, ModuleFileError};
use crate::proc::kernel;
use crate::sysfs::{patch, LIVEPATCH};
use crate::system::{System, SystemError};
use crate::transition::Outcome;

/// How it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// The module was loaded.
    Loaded,
    /// It was there, disabled.
    Reenabled,
    /// It was there, enabled.
    AlreadyEnabled,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// sysfs or procfs cannot be used.
    #[error(transparent)]
    System(#[from] SystemError),
    /// The file is refused.
    #[error(transparent)]
    File(#[from] ModuleFileError),
    /// The kernel has no livepatches.
    #[error("this kernel cannot be live patched: it has no {LIVEPATCH} (CONFIG_LIVEPATCH)")]
    NotSupported,
    /// What is loaded under the name cannot be removed.
    #[error("a module {name} is loaded, and cannot be removed: {error}")]
    Leftover {
        /// The name.
        name: String,
        /// Why.
        error: UnloadError,
    },
    /// The kernel did not take the module.
    #[error("cannot load {}: {error}; dmesg says more", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the kernel says.
        error: io::Error,
    },
    /// What is loaded has other contents.
    #[error("a livepatch {name} is loaded and disabled, and it is not the one in {}: unload it first", path.display())]
    Checksum {
        /// The name.
        name: String,
        /// The file.
        path: PathBuf,
    },
    /// It could not be enabled again.
    #[error("cannot enable {name} again: {error}; unload it, and load it anew")]
    Reenable {
        /// The name.
        name: String,
        /// What the kernel says.
        error: SystemError,
    },
    /// The transition did not end, and goes on.
    #[error("the transition of {name} has stalled, and goes on")]
    Stalled {
        /// The name.
        name: String,
    },
    /// The transition did not end, and the livepatch was taken back.
    #[error("the transition of {name} has stalled; it was taken back")]
    Reverted {
        /// The name.
        name: String,
        /// Whether it was there before, and still is, disabled.
        disabled: bool,
    },
    /// The transition did not end, and the livepatch could not be taken back.
    #[error("the transition of {name} has stalled, and it could not be taken back: {error}")]
    NotReverted {
        /// The name.
        name: String,
        /// Why.
        error: UnloadError,
    },
}

/// Loads a livepatch, and waits until all tasks use it. If it is there and disabled, it is enabled again.
///
/// # Errors
///
/// See [`LoadError`]. After [`LoadError::Stalled`] and [`LoadError::NotReverted`] it is there, in all other cases it is as it was.
pub fn load(
    system: &System,
    module: &ModuleFile,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Loaded, LoadError> {
    let name = module.name();

    if !patch::is_supported(&system.root) {
        return Err(LoadError::NotSupported);
    }
    match patch::read(&system.root, name)? {
        None => {
            insert(system, module, limits, observer)?;
            let result = finish(system, name, limits, observer, Loaded::Loaded);
            if let (Err(LoadError::System(_)), true) = (&result, limits.revert) {
                // Nobody knows what becomes of it; why is what counts.
                let _ = unload(system, name, limits, observer);
            }
            result
        }
        Some(patch) if patch.enabled => {
            observer.event(system, &Event::AlreadyEnabled(name));
            finish(system, name, limits, observer, Loaded::AlreadyEnabled)
        }
        Some(_) => reenable(system, module, limits, observer),
    }
}

/// Waits until all tasks use it; if that does not happen, takes it back.
fn finish(
    system: &System,
    name: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
    loaded: Loaded,
) -> Result<Loaded, LoadError> {
    if settle(system, name, limits, observer)? != Outcome::Stalled {
        return Ok(loaded);
    }
    let name = name.to_owned();
    if !limits.revert {
        return Err(LoadError::Stalled { name });
    }
    let unload_it = Event::Reverting {
        name: &name,
        unload: true,
    };
    observer.event(system, &unload_it);
    match unload(system, &name, limits, observer) {
        Ok(_) => Err(LoadError::Reverted {
            name,
            disabled: false,
        }),
        Err(error) => Err(LoadError::NotReverted { name, error }),
    }
}

/// Gives the module to the kernel.
fn insert(
    system: &System,
    module: &ModuleFile,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<(), LoadError> {
    let (name, path) = (module.name(), module.path());

    remove_leftover(system, name, limits, observer).map_err(|error| LoadError::Leftover {
        name: name.to_owned(),
        error,
    })?;
    observer.event(system, &Event::Loading { name, path });
    module.check_release(&kernel::release(&system.root)?)?;
    for attempt in 1.. {
        let Err(error) = system.modules.load(name, module.image(), c"") else {
            break;
        };
        observer.event(
            system,
            &Event::Refused {
                path,
                error: &error,
            },
        );
        let is_busy = error.raw_os_error() == Some(Errno::BUSY.raw_os_error());
        if !is_busy || attempt >= limits.attempts {
            return Err(LoadError::Refused {
                path: path.to_owned(),
                error,
            });
        }
        observer.event(system, &Event::Retrying);
        system.clock.sleep(limits.interval);
    }
    Ok(())
}

/// Enables a livepatch that is there and disabled.
fn reenable(
    system: &System,
    module: &ModuleFile,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Loaded, LoadError> {
    let name = module.name();
    let enabled = patch::attribute(name, "enabled");
    let checksum = system
        .root
        .read_optional(patch::attribute(name, "checksum"))?;

    // Only kpatch's own core has the attribute, and only kpatch-build makes the section.
    if let (Some(loaded), Some(of_file)) = (checksum, module.checksum()) {
        if loaded.trim() != of_file {
            return Err(LoadError::Checksum {
                name: name.to_owned(),
                path: module.path().to_owned(),
            });
        }
    }
    observer.event(system, &Event::Reenabling(name));
    system
        .root
        .write_attribute(&enabled, "1")
        .map_err(|error| LoadError::Reenable {
            name: name.to_owned(),
            error,
        })?;
    if settle(system, name, limits, observer)? != Outcome::Stalled {
        return Ok(Loaded::Reenabled);
    }
    let name = name.to_owned();
    if !limits.revert {
        return Err(LoadError::Stalled { name });
    }
    let disable_it = Event::Reverting {
        name: &name,
        unload: false,
    };
    observer.event(system, &disable_it);
    if let Err(error) = system.root.write_attribute(&enabled, "0") {
        let error = UnloadError::Disable {
            name: name.clone(),
            error,
        };
        return Err(LoadError::NotReverted { name, error });
    }
    match settle(system, &name, limits, observer)? {
        Outcome::Stalled => Err(LoadError::NotReverted {
            error: UnloadError::Stalled { name: name.clone() },
            name,
        }),
        Outcome::Complete | Outcome::Gone => Err(LoadError::Reverted {
            name,
            disabled: true,
        }),
    }
}
