// SPDX-License-Identifier: GPL-2.0

//! Why a transition does not end: the tasks that it waits for, what keeps each, and what would let it go.
//!
//! The kernel changes a task over when it sleeps with none of the functions in question on its stack, or when it leaves the kernel.
//! Those functions are the ones that are replaced while a livepatch is enabled, and the replacements while it is disabled. A task
//! that runs, or whose stack the kernel cannot trust, has to leave the kernel.

mod remedy;
mod render;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Serialize;

use crate::proc::cgroup::{self, Unit};
use crate::proc::log::KernelLog;
use crate::proc::stack::{self, Frame};
use crate::proc::stat::{self, Activity, Stat};
use crate::proc::task::{self, Census, Task};
use crate::sysfs::patch::{self, Patch, State};
use crate::system::{System, SystemError};

pub use remedy::{Action, Remedy};
pub use render::render;

/// How many tasks are looked at closely, unless all are asked for.
pub const FEW: usize = 100;

/// How long a transition lasts before the kernel sends fake signals, and between two.
const FAKE_SIGNAL: Duration = Duration::from_secs(15);

/// A transition, and the tasks that it waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The livepatch.
    pub livepatch: String,
    /// `enabling` or `disabling`.
    pub state: State,
    /// For how many seconds; [`None`] if the kernel's log does not say.
    pub seconds: Option<u64>,
    /// Whether the kernel has sent fake signals, which it does every 15 seconds; [`None`] if that is not known.
    pub signaled: Option<bool>,
    /// How many tasks there are, as far as they could be seen.
    pub tasks: usize,
    /// How many it waits for.
    pub left: usize,
    /// How many did not show their state.
    pub hidden: usize,
    /// Those that it waits for; no more than were asked for.
    pub waiting: Vec<Blocker>,
    /// What helps whatever the tasks do.
    pub remedies: Vec<Remedy>,
}

/// A task that a transition waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blocker {
    /// Which.
    #[serde(flatten)]
    pub task: Task,
    /// Its command, as the kernel shows it.
    pub command: String,
    /// Its command line; empty for a thread of the kernel.
    pub arguments: Vec<String>,
    /// Whether it is a thread of the kernel.
    pub kernel_thread: bool,
    /// What it does.
    pub activity: Activity,
    /// For how many seconds the transition waits for it; [`None`] if that is not known.
    pub seconds: Option<u64>,
    /// What keeps it.
    pub cause: Cause,
    /// The function that it has to leave, if that is the cause.
    pub function: Option<Culprit>,
    /// The service that it belongs to.
    pub unit: Option<Unit>,
    /// Its stack, the innermost function first; [`None`] if it cannot be seen.
    pub stack: Option<Vec<Frame>>,
    /// What lets it go.
    pub remedies: Vec<Remedy>,
}

/// What keeps a task from changing over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A function in question is on its stack.
    InFunction,
    /// It runs: the kernel does not look at its stack.
    Running,
    /// None of the functions is on its stack: it is on its way, or the kernel cannot trust the stack.
    Unclear,
    /// Only root can see its stack.
    Hidden,
}

/// A function that a task has to leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Culprit {
    /// Its name.
    pub name: String,
    /// Where it is: `vmlinux`, a module, a livepatch.
    pub object: String,
}

/// Returns what the transition that goes on waits for, looking closely at up to `most` tasks; [`None`] if none goes on.
///
/// # Errors
///
/// sysfs or procfs cannot be read.
pub fn report(system: &System, most: usize) -> Result<Option<Report>, SystemError> {
    let patches = patch::all(&system.root)?;

    match patches.iter().find(|patch| patch.transition) {
        Some(patch) => {
            let census = task::census(&system.root, patch.enabled)?;
            Ok(Some(explain(system, &patches, patch, &census, most)))
        }
        None => Ok(None),
    }
}

/// Explains a census.
fn explain(
    system: &System,
    patches: &[Patch],
    patch: &Patch,
    census: &Census,
    most: usize,
) -> Report {
    let started = Started::of(system, &patch.name);
    let now = uptime(system);
    let age = match (now, started.at) {
        (Some(now), Some(started)) => Some(now.saturating_sub(started)),
        _ => None,
    };
    let transition = Transition {
        system,
        patches,
        patch,
        now,
        age,
        signaled: started.signaled.or(age.map(|age| age > FAKE_SIGNAL)),
        ticks: rustix::param::clock_ticks_per_second(),
    };

    Report {
        livepatch: patch.name.clone(),
        state: patch.state(),
        seconds: age.map(|age| age.as_secs()),
        signaled: transition.signaled,
        tasks: census.tasks,
        left: census.waiting.len(),
        hidden: census.hidden,
        waiting: census
            .waiting
            .iter()
            .take(most)
            .filter_map(|task| transition.blocker(*task))
            .collect(),
        remedies: remedy::of_transition(patch),
    }
}

/// What is known of the transition when a task is looked at.
struct Transition<'a> {
    system: &'a System,
    patches: &'a [Patch],
    patch: &'a Patch,
    now: Option<Duration>,
    age: Option<Duration>,
    signaled: Option<bool>,
    ticks: u64,
}

impl Transition<'_> {
    /// Looks at a task; [`None`] if it has gone.
    fn blocker(&self, task: Task) -> Option<Blocker> {
        let root = &self.system.root;
        let stat = stat::read(root, task, self.ticks)?;
        let stack = stack::read(root, task).ok();
        let function = stack.as_deref().and_then(|stack| self.culprit(stack));
        let cause = match (&function, &stack, stat.activity) {
            (Some(_), _, _) => Cause::InFunction,
            (None, _, Activity::Running) => Cause::Running,
            (None, Some(_), _) => Cause::Unclear,
            (None, None, _) => Cause::Hidden,
        };
        let mut blocker = Blocker {
            task,
            arguments: arguments(self.system, task),
            kernel_thread: stat.is_kernel_thread,
            activity: stat.activity,
            seconds: self.seconds(&stat),
            cause,
            function,
            unit: cgroup::unit(root, task),
            stack,
            remedies: Vec::new(),
            command: stat.command,
        };

        blocker.remedies = remedy::of_task(&blocker, self.signaled);
        Some(blocker)
    }

    /// Returns for how long the transition waits for a task: no longer than the task is there.
    fn seconds(&self, stat: &Stat) -> Option<u64> {
        let age = self.age?;
        let task = self.now?.saturating_sub(stat.started);

        Some(age.min(task).as_secs())
    }

    /// Finds the function that keeps a task.
    fn culprit(&self, stack: &[Frame]) -> Option<Culprit> {
        let found = match self.patch.enabled {
            true => stack.iter().find(|frame| self.is_replaced(frame)),
            // The replacement itself, not what it calls in its module.
            false => stack
                .iter()
                .rev()
                .find(|frame| frame.module.as_deref() == Some(&self.patch.name)),
        };

        found.map(|frame| Culprit {
            name: frame.function.clone(),
            object: frame.module.as_deref().unwrap_or("vmlinux").to_owned(),
        })
    }

    /// Returns whether the livepatch replaces the function: the original, or the replacement of another livepatch.
    fn is_replaced(&self, frame: &Frame) -> bool {
        let object = frame.module.as_deref().unwrap_or("vmlinux");
        let is_original = self
            .patch
            .functions()
            .any(|(of, function)| of.name == object && function.name == frame.function);
        let is_of_other = || {
            self.patches.iter().any(|other| {
                other.name == object
                    && other.name != self.patch.name
                    && other.functions().any(|(object, function)| {
                        self.patch
                            .functions()
                            .any(|(of, own)| of.name == object.name && own == function)
                    })
            })
        };

        is_original || is_of_other()
    }
}

/// What the kernel's log says of the beginning.
#[derive(Default)]
struct Started {
    at: Option<Duration>,
    signaled: Option<bool>,
}

impl Started {
    fn of(system: &System, name: &str) -> Self {
        let starting = format!("livepatch: '{name}': starting ");
        let records = KernelLog::open(&system.root)
            .ok()
            .and_then(|mut log| log.new_records().ok())
            .unwrap_or_default();
        let mut started = Self::default();

        for record in records {
            if record.text.starts_with(&starting) {
                started.at = Some(record.time);
                started.signaled = None;
            } else if record
                .text
                .starts_with("livepatch: signaling remaining tasks")
            {
                started.signaled = Some(true);
            }
        }
        started
    }
}

/// Returns the time since the machine was started, as the kernel's log counts it.
fn uptime(system: &System) -> Option<Duration> {
    let text = system.root.read_text("/proc/uptime").ok()?;
    let seconds: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;

    Duration::try_from_secs_f64(seconds).ok()
}

/// Returns the command line of a process.
fn arguments(system: &System, task: Task) -> Vec<String> {
    let bytes = system
        .root
        .read(format!("/proc/{}/cmdline", task.pid), 256 * 1024)
        .unwrap_or_default();

    String::from_utf8_lossy(&bytes)
        .split_terminator('\0')
        .map(str::to_owned)
        .collect()
}
