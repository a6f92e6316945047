// SPDX-License-Identifier: GPL-2.0

//! The tasks of the machine, and which of them a transition waits for.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{openat, Dir, Mode, OFlags};
use rustix::io::Errno;
use serde::Serialize;

use crate::system::{Root, SystemError};

/// After how many tasks a census asks whether to go on: few enough for a millisecond or two.
const STRIDE: usize = 128;

/// A task: a thread of a process, or of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Task {
    /// The process.
    pub pid: u32,
    /// The thread.
    pub tid: u32,
}

/// Which way a task has gone in a transition: the number in `/proc/<pid>/task/<tid>/patch_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchState {
    /// There is no transition, or the task has no part in it: -1.
    Undefined,
    /// It uses the old functions: 0.
    Unpatched,
    /// It uses the new functions: 1.
    Patched,
}

impl PatchState {
    fn parse(bytes: &[u8]) -> Option<Self> {
        match bytes.trim_ascii() {
            b"-1" => Some(Self::Undefined),
            b"0" => Some(Self::Unpatched),
            b"1" => Some(Self::Patched),
            _ => None,
        }
    }
}

/// How many tasks there are, and which of them a transition waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// All tasks that could be seen.
    pub tasks: usize,
    /// Those which a transition still waits for.
    pub waiting: Vec<Task>,
    /// How many tasks did not show their state: only root may see it.
    pub hidden: usize,
}

impl Task {
    /// Returns the path of a file of the task.
    pub fn path(self, file: &str) -> String {
        format!("/proc/{}/task/{}/{file}", self.pid, self.tid)
    }
}

/// Counts the tasks, and finds those that are not where a transition wants them.
///
/// `enabled` says where to: true for a livepatch that is being enabled.
///
/// # Errors
///
/// `/proc` cannot be read. A task that ends meanwhile is left out.
pub fn census(root: &Root, enabled: bool) -> Result<Census, SystemError> {
    census_while(root, enabled, || true)
}

/// Counts the tasks as [`census`] does, and stops when the function, called every now and then, says false.
///
/// # Errors
///
/// As [`census`].
pub fn census_while(
    root: &Root,
    enabled: bool,
    mut goes_on: impl FnMut() -> bool,
) -> Result<Census, SystemError> {
    let wanted = match enabled {
        true => PatchState::Patched,
        false => PatchState::Unpatched,
    };
    let mut census = Census::default();

    each(root, |task, tasks| {
        census.tasks += 1;
        match patch_state(tasks, task.tid) {
            Ok(Some(state)) if state != PatchState::Undefined && state != wanted => {
                census.waiting.push(task);
            }
            Ok(_) => (),
            Err(Errno::ACCESS | Errno::PERM) => census.hidden += 1,
            Err(_) => census.tasks -= 1,
        }
        census.tasks % STRIDE != 0 || goes_on()
    })?;
    census.waiting.sort();
    Ok(census)
}

/// Calls a function with each task and the directory that its own is in, until it says false.
fn each(root: &Root, mut function: impl FnMut(Task, &OwnedFd) -> bool) -> Result<(), SystemError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let proc = root.open_file("/proc", flags, Mode::empty())?;

    for pid in numbers(&proc).map_err(|errno| root.error("list", "/proc", errno))? {
        let path = format!("{pid}/task");
        let Ok(tasks) = openat(&proc, path, flags | OFlags::CLOEXEC, Mode::empty()) else {
            continue;
        };
        for tid in numbers(&tasks).unwrap_or_default() {
            if !function(Task { pid, tid }, &tasks) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn numbers(directory: &OwnedFd) -> Result<Vec<u32>, Errno> {
    let mut numbers = Vec::new();

    for entry in Dir::read_from(directory.as_fd())? {
        numbers.extend(
            entry?
                .file_name()
                .to_str()
                .ok()
                .and_then(|name| name.parse::<u32>().ok()),
        );
    }
    Ok(numbers)
}

/// Reads the state of a task: one file opened, since there are many tasks.
fn patch_state(tasks: &OwnedFd, tid: u32) -> Result<Option<PatchState>, Errno> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(tasks, format!("{tid}/patch_state"), flags, Mode::empty())?;
    let mut bytes = [0; 16];
    let count = rustix::io::read(&file, &mut bytes)?;

    Ok(PatchState::parse(bytes.get(..count).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    #[test]
    fn those_that_are_not_there_yet_are_found() {
        let machine = Machine::new();
        for (pid, tid, state) in [(1, 1, "1"), (7, 7, "0"), (7, 8, "-1"), (9, 9, "nonsense")] {
            machine.write(&format!("proc/{pid}/task/{tid}/patch_state"), state);
        }
        machine.directory("proc/10/task/10");
        machine.directory("proc/sys");
        let root = machine.system().root;
        let census = |enabled| census(&root, enabled).unwrap();

        assert_eq!(census(true).waiting, [Task { pid: 7, tid: 7 }]);
        assert_eq!(census(false).waiting, [Task { pid: 1, tid: 1 }]);
        assert_eq!(census(true).tasks, 4);
    }
}
