// SPDX-License-Identifier: GPL-2.0

//! Loads what is installed for the running kernel when the machine boots, and keeps it from a livepatch that does not let it live.
//!
//! ```text
//!  boot 1:  record "fix is being loaded" ──► load ──► the machine lives, or is shut down ──► record "good"
//!                                              └────► it dies ─┐
//!  boot 2:  "fix", loaded in another boot, is not good ◄───────┘ ──► held back, until it is cleared or another file
//! ```
//!
//! The order is that of the names of the files, as it is for `kpatch load --all`: what is in force at the end is then the same,
//! also with livepatches that replace all others.

pub mod record;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use record::{Record, RecordError, State};
use rustix::fs::{fstat, Mode, OFlags};
use sha2::{Digest, Sha256};

use crate::doctor::{self, Level, Subject};
use crate::journal::{Action, Operation, Outcome};
use crate::module_file::{ModuleFile, ModuleFileError};
use crate::operation::{load, Limits, LoadError, Loaded, Observer};
use crate::policy::{OnStall, Policy};
use crate::proc::kernel;
use crate::store::{self, Installed};
use crate::sysfs::patch;
use crate::system::{System, SystemError};

/// The word on the kernel's command line with which nothing is loaded.
pub const KILL_SWITCH: &str = "kpatch.enable=0";

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The system does not let it be found out what is to be loaded.
    #[error(transparent)]
    System(#[from] SystemError),
    /// What was loaded at the last boot is not known, or what is loaded at this one cannot be written down.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// What became of an installed livepatch.
#[derive(Debug)]
pub enum Fate {
    /// It is loaded.
    Loaded(Loaded),
    /// It is loaded, and its transition goes on.
    Stalled,
    /// The machine has not lived long enough after it was loaded.
    HeldBack {
        /// When that was, in seconds since 1970.
        since: u64,
    },
    /// It is too new.
    TooNew {
        /// How long it has been installed.
        age: Duration,
        /// How long it has to be.
        delay: Duration,
    },
    /// The policy does not allow it, for these reasons.
    Refused(String),
    /// Its file is refused.
    File(ModuleFileError),
    /// It could not be loaded.
    Failed(LoadError),
    /// That it is being loaded could not be written down, so that it was not.
    NotRecorded(RecordError),
}

/// An installed livepatch, and what became of it.
#[derive(Debug)]
pub struct Tried {
    /// Its file.
    pub path: PathBuf,
    /// Its name, as far as it is known.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// What came of it all.
#[derive(Debug)]
pub enum Report {
    /// The kernel's command line says that nothing is to be loaded.
    Off,
    /// These were tried.
    Tried(Vec<Tried>),
}

impl Fate {
    /// Returns whether something has failed that should not.
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Loaded(_) | Self::TooNew { .. })
    }

    /// Returns why it is not loaded, or not yet everywhere; [`None`] if it is.
    pub fn reason(&self) -> Option<String> {
        use crate::text::duration;

        Some(match self {
            Self::Loaded(_) => return None,
            Self::Stalled => "it is loaded, and its transition goes on".to_owned(),
            Self::HeldBack { since } => held_back(*since),
            Self::TooNew { age, delay } => format!(
                "it has been installed for {}, and the policy wants {} (delay)",
                duration(*age),
                duration(*delay)
            ),
            Self::Refused(reasons) => format!("the policy does not allow it: {reasons}"),
            Self::File(error) => error.to_string(),
            Self::Failed(error) => error.to_string(),
            Self::NotRecorded(error) => error.to_string(),
        })
    }
}

/// Says why a livepatch is held back.
pub fn held_back(since: u64) -> String {
    format!(
        "the machine did not live long enough after it was loaded on {}; it is held back until klp boot --clear, or until another \
         version is installed",
        livepatch_elf::show::utc(since)
    )
}

/// Loads what is installed for the running kernel. The caller has the [`crate::lock::Lock`].
///
/// # Errors
///
/// See [`BootError`]. That one livepatch was not loaded is no error: the others are tried.
pub fn run(
    system: &System,
    policy: &Policy,
    observer: &mut dyn Observer,
) -> Result<Report, BootError> {
    let root = &system.root;

    if is_off(system)? {
        return Ok(Report::Off);
    }
    let boot = kernel::boot_id(root)?;
    let installed = store::of(root, &kernel::release(root)?)?;
    let mut record = Record::read(root)?;
    // Also with nothing installed: what the last boot has left is judged at the first after it.
    if record.judge(&boot) {
        record.write(root)?;
    }
    let mut tried = Vec::new();

    for installed in installed {
        let path = installed.path();
        let (name, fate) = match ModuleFile::open(root, &path) {
            Ok(module) => {
                let one = One {
                    system,
                    policy,
                    boot: &boot,
                    installed: &installed,
                    module: &module,
                };
                (module.name().to_owned(), one.load(&mut record, observer))
            }
            Err(error) => (installed.name(), Fate::File(error)),
        };
        tell(system, &name, &fate);
        tried.push(Tried { path, name, fate });
    }
    Ok(Report::Tried(tried))
}

/// Returns whether the kernel's command line says that nothing is to be loaded.
///
/// # Errors
///
/// procfs cannot be read.
pub fn is_off(system: &System) -> Result<bool, SystemError> {
    Ok(kernel::command_line(&system.root)?
        .iter()
        .any(|word| word == KILL_SWITCH))
}

/// One livepatch that is to be loaded.
struct One<'a> {
    system: &'a System,
    policy: &'a Policy,
    boot: &'a str,
    installed: &'a Installed,
    module: &'a ModuleFile,
}

impl One<'_> {
    fn load(&self, record: &mut Record, observer: &mut dyn Observer) -> Fate {
        let (system, module) = (self.system, self.module);
        let checksum = checksum(module.stored());

        match patch::read(&system.root, module.name()) {
            // It is there: since an initramfs or the administrator has loaded it, or this is not the first time in this boot.
            Ok(Some(patch)) if patch.enabled => return Fate::Loaded(Loaded::AlreadyEnabled),
            Ok(_) => (),
            Err(error) => return Fate::Failed(error.into()),
        }
        if let Some(since) = record.is_held_back(&self.installed.release, module.name(), &checksum)
        {
            return Fate::HeldBack { since };
        }
        let reasons = self.forbidden();
        if !reasons.is_empty() {
            return Fate::Refused(reasons);
        }
        match self.age() {
            Ok(age) if age < self.policy.boot.delay => {
                return Fate::TooNew {
                    age,
                    delay: self.policy.boot.delay,
                }
            }
            Ok(_) => (),
            Err(error) => return Fate::Failed(error.into()),
        }

        let before = record.clone();
        record.begin(record::Load {
            livepatch: module.name().to_owned(),
            release: self.installed.release.clone(),
            checksum,
            boot: self.boot.to_owned(),
            time: system.clock.seconds_since_1970(),
            state: State::Pending,
            survived: false,
        });
        if let Err(error) = record.write(&system.root) {
            *record = before;
            return Fate::NotRecorded(error);
        }
        match load(system, module, &limits(self.policy), observer) {
            Ok(loaded) => Fate::Loaded(loaded),
            Err(LoadError::Stalled { .. } | LoadError::NotReverted { .. }) => Fate::Stalled,
            Err(error) => {
                // It is not there: whatever becomes of the machine, it is not its doing. A record that says otherwise does no harm
                // but that it is held back after a crash.
                *record = before;
                let _ = record.write(&system.root);
                Fate::Failed(error)
            }
        }
    }

    /// Returns why the policy does not allow it; nothing if it does. What else speaks against it, the kernel says.
    fn forbidden(&self) -> String {
        let subject = Subject::under(self.policy, self.system, self.module);
        let reasons: Vec<_> = doctor::objections(self.policy, &subject)
            .into_iter()
            .filter(|objection| objection.level == Level::Refused)
            .map(|objection| objection.what)
            .collect();

        reasons.join("; ")
    }

    /// Returns how long it has been installed: since its file was written. One of the future has not been.
    fn age(&self) -> Result<Duration, SystemError> {
        let path = self.installed.path();
        let root = &self.system.root;
        let file = root.open_file(&path, OFlags::PATH, Mode::empty())?;
        let stat = fstat(&file).map_err(|errno| root.error("look at", &path, errno))?;
        let written = u64::try_from(stat.st_mtime).unwrap_or(0);

        Ok(Duration::from_secs(
            self.system
                .clock
                .seconds_since_1970()
                .saturating_sub(written),
        ))
    }
}

fn limits(policy: &Policy) -> Limits {
    Limits {
        transition: policy.transition.timeout,
        signalled: policy.transition.signal_timeout,
        refcnt: policy.load.reference_timeout,
        attempts: policy.load.attempts,
        interval: policy.load.retry_interval,
        revert: policy.transition.on_stall == OnStall::Revert,
    }
}

/// Returns the checksum of a file: SHA-256, in hexadecimal.
fn checksum(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);

    digits
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Writes down what became of a livepatch. Without a journal it is loaded all the same: the record is what counts at the next boot.
fn tell(system: &System, name: &str, fate: &Fate) {
    let (action, outcome) = match fate {
        Fate::Loaded(Loaded::AlreadyEnabled) => return,
        Fate::Loaded(_) => (Action::Load, Outcome::Done),
        Fate::Stalled => (Action::Load, Outcome::Stalled),
        Fate::HeldBack { .. } | Fate::TooNew { .. } | Fate::Refused(_) => {
            (Action::Skip, Outcome::Done)
        }
        Fate::File(_) | Fate::Failed(_) | Fate::NotRecorded(_) => (Action::Load, Outcome::Failed),
    };
    let detail = match fate.reason() {
        Some(reason) => format!("at boot: {reason}"),
        None => "at boot".to_owned(),
    };

    if let Ok(operation) = Operation::begin(system, action, name) {
        let _ = operation.end(system, outcome, &detail);
    }
}

/// Says that the machine has lived long enough after what was loaded in this boot, and returns the names.
///
/// # Errors
///
/// The record cannot be read or written.
pub fn mark_good(system: &System) -> Result<Vec<String>, BootError> {
    let root = &system.root;
    let boot = kernel::boot_id(root)?;
    let mut record = Record::read(root)?;
    let names = record.mark_good(&boot);

    if !names.is_empty() {
        record.write(root)?;
    }
    Ok(names)
}

/// Lets livepatches that are held back be loaded again: those of this name, or all. Returns the names.
///
/// # Errors
///
/// The record cannot be read or written.
pub fn clear(system: &System, name: Option<&str>) -> Result<Vec<String>, BootError> {
    let root = &system.root;
    let mut record = Record::read(root)?;
    let boot = kernel::boot_id(root)?;
    record.judge(&boot);
    let names = record.clear(name);

    if !names.is_empty() {
        record.write(root)?;
    }
    Ok(names)
}

/// Returns the livepatches that are installed for the running kernel and are not loaded at boot, with the time of their loading.
///
/// # Errors
///
/// The record or the directory cannot be read.
pub fn all_held_back(system: &System) -> Result<Vec<record::Load>, BootError> {
    let root = &system.root;
    let mut record = Record::read(root)?;
    if record.is_empty() {
        return Ok(Vec::new());
    }
    record.judge(&kernel::boot_id(root)?);
    if !record.holds_back() {
        return Ok(Vec::new());
    }
    let release = kernel::release(root)?;
    let installed: Vec<_> = store::of(root, &release)?
        .into_iter()
        .filter_map(|installed| {
            let module = ModuleFile::open(root, installed.path()).ok()?;
            Some((module.name().to_owned(), checksum(module.stored())))
        })
        .collect();

    Ok(record
        .into_loads()
        .filter(|load| load.state == State::HeldBack && load.release == release)
        .filter(|load| {
            installed
                .iter()
                .any(|(name, checksum)| *name == load.livepatch && *checksum == load.checksum)
        })
        .collect())
}
