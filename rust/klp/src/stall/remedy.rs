// SPDX-License-Identifier: GPL-2.0

//! What lets a task change over.

use serde::Serialize;

use super::{Blocker, Cause};
use crate::proc::stat::Activity;
use crate::sysfs::patch::Patch;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What it is.
    pub action: Action,
    /// Why it helps, or what it costs.
    pub reason: String,
    /// The command that does it, if there is one.
    pub command: Option<String>,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Wait.
    Wait,
    /// Send signals.
    Signal,
    /// Let a stopped task go on.
    Continue,
    /// Stop the service.
    StopService,
    /// End what it works for.
    Release,
    /// Take the change back.
    Revert,
    /// Do without the kernel's check.
    Force,
}

fn remedy(action: Action, reason: impl Into<String>, command: Option<String>) -> Remedy {
    Remedy {
        action,
        reason: reason.into(),
        command,
    }
}

/// Returns what helps whatever the tasks do.
pub(super) fn of_transition(patch: &Patch) -> Vec<Remedy> {
    let name = &patch.name;
    let revert = match patch.enabled {
        true => remedy(
            Action::Revert,
            "goes back to the old functions",
            Some(format!("klp unload {name}")),
        ),
        false => remedy(
            Action::Revert,
            "goes back to the new functions",
            Some(format!(
                "echo 1 > {}",
                crate::sysfs::patch::attribute(name, "enabled")
            )),
        ),
    };

    vec![
        revert,
        remedy(
            Action::Force,
            "the last resort: tasks may mix old and new functions, and the module of what goes out can never be unloaded",
            Some(format!("klp force --yes {name}")),
        ),
    ]
}

/// Returns what lets a task go, the mildest first.
pub(super) fn of_task(task: &Blocker, signaled: Option<bool>) -> Vec<Remedy> {
    let mut remedies = Vec::new();

    match task.kernel_thread {
        true => kernel_thread(task, &mut remedies),
        false => user_task(task, signaled, &mut remedies),
    }
    remedies
}

fn kernel_thread(task: &Blocker, remedies: &mut Vec<Remedy>) {
    let worker = task.command.starts_with("kworker/");

    match task.cause {
        Cause::InFunction if worker => remedies.push(remedy(
            Action::Release,
            "a work item is in the function: end what has queued it (a device, a mount, a module), or wait until it is done",
            None,
        )),
        Cause::InFunction => remedies.push(remedy(
            Action::Release,
            "the thread leaves the function when its work is done: stop what gives it work (a device, a mount, a module)",
            None,
        )),
        _ => remedies.push(remedy(
            Action::Wait,
            "the kernel wakes its threads every 15 s, and looks at them every second",
            None,
        )),
    }
}

fn user_task(task: &Blocker, signaled: Option<bool>, remedies: &mut Vec<Remedy>) {
    let pid = task.task.pid;

    match task.activity {
        Activity::Stopped => remedies.push(remedy(
            Action::Continue,
            "it was stopped by a signal, in the function",
            Some(format!("kill -CONT {pid}")),
        )),
        Activity::Traced => remedies.push(remedy(
            Action::Continue,
            "a debugger holds it: let it go on, or detach the debugger",
            None,
        )),
        Activity::Uninterruptible => remedies.push(remedy(
            Action::Wait,
            "no signal wakes it before what it waits for is there: a device, a lock, another machine",
            None,
        )),
        Activity::Running if task.cause == Cause::InFunction => remedies.push(remedy(
            Action::Wait,
            "it works in the function, and changes over when it leaves it",
            None,
        )),
        Activity::Running => remedies.push(remedy(
            Action::Wait,
            "it changes over as soon as it enters or leaves the kernel; the fake signal every 15 s makes it",
            None,
        )),
        _ if signaled == Some(false) => remedies.push(remedy(
            Action::Wait,
            "the kernel sends a fake signal 15 s after the beginning, which makes it leave a system call",
            None,
        )),
        _ => (),
    }
    let can_be_stopped = pid != 1
        && signaled != Some(false)
        && matches!(task.activity, Activity::Sleeping | Activity::Other);
    if can_be_stopped {
        remedies.push(remedy(
            Action::Signal,
            "makes it leave its system call and begin again, where the fake signal has not",
            Some(format!("kill -STOP {pid}; sleep 0.1; kill -CONT {pid}")),
        ));
    }
    if pid == 1 {
        remedies.push(remedy(
            Action::Signal,
            "makes the manager of the system begin anew; services go on",
            Some("systemctl daemon-reexec".to_owned()),
        ));
    }
    // Process 1 is in a unit too, which nobody can stop.
    if let Some(unit) = task.unit.as_ref().filter(|_| pid != 1) {
        remedies.push(remedy(
            Action::StopService,
            format!("it belongs to {}", unit.name),
            Some(unit.stop_command()),
        ));
    }
}
