// SPDX-License-Identifier: GPL-2.0

//! Loads a livepatch under guard: waits for its transition, watches the kernel, checks the machine's health, and takes the livepatch
//! back if something is wrong.
//!
//! ```text
//!  begin ──► transition ──► complete ──► health check ──► watch ──► Enabled
//!               │    │                       │              │
//!               │    └──────── trouble ◄─────┴──────────────┘
//!               ▼                 │
//!             stall ──(revert)────┴──► Reverted        (keep) ──► Stalled
//! ```

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::time::Duration;

use serde::Serialize;

use crate::guard::{self, HealthCheck, Trouble, Watch};
use crate::journal::{self, Action, Operation};
use crate::module_file::ModuleFile;
use crate::operation::{self, Event, Limits, LoadError, Observer, UnloadError};
use crate::sysfs::patch;
use crate::system::{System, SystemError};
use crate::transition::{self, Outcome, Progress};

/// How often the kernel is looked at after the transition.
const POLL: Duration = Duration::from_millis(50);

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long and how often something is tried.
    pub limits: Limits,
    /// How long the transition may take in all; zero: it is not waited for.
    pub timeout: Duration,
    /// Whether a livepatch whose transition stalls is taken back.
    pub revert_on_stall: bool,
    /// Whether trouble of the kernel is a reason to take it back.
    pub revert_on_trouble: bool,
    /// The health check.
    pub health: Option<HealthCheck>,
    /// How long to watch the kernel after that.
    pub watch: Duration,
}

/// How it has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum End {
    /// All tasks use it.
    Enabled,
    /// It was enabled before.
    AlreadyEnabled,
    /// Its transition has begun, and was not waited for.
    Begun,
    /// Somebody else has disabled it meanwhile.
    Disabled,
    /// Its transition goes on after the time.
    Stalled,
    /// It was taken back.
    Reverted {
        /// Why.
        reason: Reason,
    },
    /// It should have been taken back, and that did not work.
    NotReverted {
        /// Why it should have been.
        reason: Reason,
        /// Why it did not work.
        error: String,
    },
}

/// Why a livepatch is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its transition did not end.
    Stall,
    /// Something is wrong.
    Trouble(Trouble),
}

impl Reason {
    /// Returns it as a sentence.
    pub fn text(&self) -> String {
        match self {
            Self::Stall => "the transition has stalled".to_owned(),
            Self::Trouble(trouble) => trouble.to_string(),
        }
    }
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it has ended.
    pub end: End,
    /// Trouble that was seen and not acted on.
    pub trouble: Option<Trouble>,
    /// How long it took until all tasks used it, or until it was given up.
    pub waited: Duration,
    /// The livepatches that were enabled before and are not any more: it has replaced them.
    pub replaced: Vec<String>,
}

/// Why it was not loaded, with what the kernel has said meanwhile.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Refused {
    /// Why.
    pub error: Box<LoadError>,
    /// What the kernel has said.
    pub kernel: Vec<String>,
}

/// Loads a livepatch, and writes it down in the journal. The caller has the lock.
///
/// # Errors
///
/// It could not be loaded. What becomes of it after that is in the report.
pub fn load(
    system: &System,
    module: &ModuleFile,
    plan: &Plan,
    observer: &mut dyn Observer,
) -> Result<Report, Refused> {
    let mut watch = Watch::begin(system);
    let name = module.name();
    let before = enabled(system);
    let was_enabled = patch::read(&system.root, name)
        .ok()
        .flatten()
        .is_some_and(|patch| patch.enabled && !patch.transition);
    // Loading is what counts: a journal that cannot be written is told of by its reader.
    let journal = Operation::begin(system, Action::Load, name).ok();
    let mut result = begin(system, module, plan, observer).and_then(|()| {
        let mut guarded = Guarded {
            system,
            name,
            plan,
            watch: &mut watch,
            observer,
        };
        match was_enabled {
            true => Ok(Report {
                end: End::AlreadyEnabled,
                trouble: None,
                waited: Duration::ZERO,
                replaced: Vec::new(),
            }),
            false => guarded.finish().map_err(LoadError::from),
        }
    });

    if let Ok(report) = &mut result {
        let after = enabled(system);
        report.replaced = before
            .into_iter()
            .filter(|name| !after.contains(name))
            .collect();
    }
    let (outcome, detail) = match &result {
        Ok(report) => summary(report),
        Err(error) => (journal::Outcome::Failed, error.to_string()),
    };
    if let Some(journal) = journal {
        // As above.
        let _ = journal.end(system, outcome, &detail);
    }
    result.map_err(|error| Refused {
        error: Box::new(error),
        kernel: watch.said_about(name),
    })
}

/// Returns the livepatches that are enabled.
fn enabled(system: &System) -> Vec<String> {
    patch::all(&system.root)
        .unwrap_or_default()
        .into_iter()
        .filter(|patch| patch.enabled)
        .map(|patch| patch.name)
        .collect()
}

/// Gives the livepatch to the kernel, and waits for nothing.
fn begin(
    system: &System,
    module: &ModuleFile,
    plan: &Plan,
    observer: &mut dyn Observer,
) -> Result<(), LoadError> {
    let limits = Limits {
        transition: Duration::ZERO,
        signalled: Duration::ZERO,
        revert: false,
        ..plan.limits
    };
    let mut quiet = Quiet(observer);

    match operation::load(system, module, &limits, &mut quiet) {
        Ok(_) | Err(LoadError::Stalled { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Passes on what is about loading, and not what is about a transition that is waited for later.
struct Quiet<'a>(&'a mut dyn Observer);

impl Observer for Quiet<'_> {
    fn event(&mut self, system: &System, event: &Event<'_>) {
        let is_of_transition = matches!(
            event,
            Event::Waiting(_)
                | Event::Progress(_)
                | Event::Complete(_)
                | Event::Stalled
                | Event::Signalling
                | Event::SignallingItself
                | Event::NotSignalled(_)
        );
        if !is_of_transition {
            self.0.event(system, event);
        }
    }
}

fn summary(report: &Report) -> (journal::Outcome, String) {
    match &report.end {
        End::Enabled => (journal::Outcome::Done, String::new()),
        End::AlreadyEnabled => (journal::Outcome::Done, "it was enabled already".to_owned()),
        End::Begun => (
            journal::Outcome::Done,
            "its transition was not waited for".to_owned(),
        ),
        End::Disabled => (
            journal::Outcome::Failed,
            "somebody has disabled it meanwhile".to_owned(),
        ),
        End::Stalled => (journal::Outcome::Stalled, String::new()),
        End::Reverted { reason } => (journal::Outcome::Reverted, reason.text()),
        End::NotReverted { reason, error } => (
            journal::Outcome::Failed,
            format!("{}; it could not be taken back: {error}", reason.text()),
        ),
    }
}

/// A livepatch that the kernel has taken.
struct Guarded<'a> {
    system: &'a System,
    name: &'a str,
    plan: &'a Plan,
    watch: &'a mut Watch,
    observer: &'a mut dyn Observer,
}

impl Guarded<'_> {
    fn finish(&mut self) -> Result<Report, SystemError> {
        let start = self.system.clock.monotonic();
        let (outcome, mut trouble) = self.transition()?;
        let waited = self.system.clock.monotonic().saturating_sub(start);
        let report = |end, trouble| Report {
            end,
            trouble,
            waited,
            replaced: Vec::new(),
        };

        if trouble.is_none() {
            trouble = self.watch.trouble(self.system);
        }
        if let Some(found) = trouble.take_if(|_| self.plan.revert_on_trouble) {
            return Ok(report(self.revert(Reason::Trouble(found)), None));
        }
        match outcome {
            Outcome::Stalled if self.plan.timeout.is_zero() => {
                return Ok(report(End::Begun, trouble))
            }
            Outcome::Stalled if self.plan.revert_on_stall => {
                return Ok(report(self.revert(Reason::Stall), trouble))
            }
            Outcome::Stalled => return Ok(report(End::Stalled, trouble)),
            Outcome::Gone => return Ok(report(End::Disabled, trouble)),
            Outcome::Complete => (),
        }
        let is_enabled =
            patch::read(&self.system.root, self.name)?.is_some_and(|patch| patch.enabled);
        if !is_enabled {
            return Ok(report(End::Disabled, trouble));
        }
        match self.check() {
            Some(found) if self.plan.revert_on_trouble => {
                Ok(report(self.revert(Reason::Trouble(found)), trouble))
            }
            found => Ok(report(End::Enabled, trouble.or(found))),
        }
    }

    /// Waits for the transition, and watches the kernel meanwhile.
    fn transition(&mut self) -> Result<(Outcome, Option<Trouble>), SystemError> {
        // Kernels before 5.1 have to be asked for the signal.
        let first = self.plan.limits.transition.min(self.plan.timeout);
        let (outcome, trouble) = self.wait(first)?;
        if outcome != Outcome::Stalled || trouble.is_some() || first == self.plan.timeout {
            return Ok((outcome, trouble));
        }
        operation::signal(self.system, self.observer)?;
        self.wait(self.plan.timeout - first)
    }

    fn wait(&mut self, timeout: Duration) -> Result<(Outcome, Option<Trouble>), SystemError> {
        let Self {
            system,
            plan,
            watch,
            observer,
            ..
        } = self;
        let mut trouble = None;
        let mut look = |progress: &Progress| {
            observer.event(system, &Event::Progress(progress));
            if trouble.is_none() {
                trouble = watch.trouble(system);
            }
            match trouble.is_some() && plan.revert_on_trouble {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let outcome = transition::wait_while(system, self.name, timeout, &mut look)?;

        Ok((outcome, trouble))
    }

    /// Checks the machine's health, and watches the kernel for some time.
    fn check(&mut self) -> Option<Trouble> {
        if let Some(health) = &self.plan.health {
            if let Some(trouble) = guard::check(self.system, health, self.watch) {
                return Some(trouble);
            }
        }
        let clock = &self.system.clock;
        let start = clock.monotonic();
        loop {
            if let Some(trouble) = self.watch.trouble(self.system) {
                return Some(trouble);
            }
            let left = self
                .plan
                .watch
                .saturating_sub(clock.monotonic().saturating_sub(start));
            if left.is_zero() {
                return None;
            }
            clock.sleep(left.min(POLL));
        }
    }

    /// Takes the livepatch back.
    fn revert(&mut self, reason: Reason) -> End {
        let journal = Operation::begin(self.system, Action::Revert, self.name).ok();
        let event = Event::Reverting {
            name: self.name,
            unload: true,
        };
        self.observer.event(self.system, &event);
        let result: Result<bool, UnloadError> =
            operation::unload(self.system, self.name, &self.plan.limits, self.observer);

        let (outcome, detail) = match &result {
            Ok(_) => (journal::Outcome::Done, reason.text()),
            Err(error) => (
                journal::Outcome::Failed,
                format!("{}: {error}", reason.text()),
            ),
        };
        if let Some(journal) = journal {
            // The livepatch is what counts.
            let _ = journal.end(self.system, outcome, &detail);
        }
        match result {
            Ok(_) => End::Reverted { reason },
            Err(error) => End::NotReverted {
                reason,
                error: error.to_string(),
            },
        }
    }
}
