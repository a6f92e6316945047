// SPDX-License-Identifier: GPL-2.0

//! The transition of a livepatch: the time in which tasks change over to it, or away from it, one by one.
//!
//! ```text
//!            enabled 1, transition 1 ──► enabled 1, transition 0        Complete
//!  load ──►        ▲       │
//!                  │ 1     │ 0 written to `enabled`: reversed at any time
//!                  │       ▼
//!            enabled 0, transition 1 ──► the directory vanishes         Gone
//!                                        (before 5.1: enabled 0, transition 0: Complete)
//! ```
//!
//! The kernel tells nobody that a transition has ended: sysfs has to be asked. That costs microseconds, so it is asked often. It
//! looks at tasks that it waits for once a second, and sends them a fake signal every 15 seconds.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::proc::task::{self, Census};
use crate::sysfs::patch;
use crate::system::{Root, System, SystemError};

/// The longest time between two looks at `transition`.
const POLL: Duration = Duration::from_millis(10);

/// The time before the first census, and between two. Most transitions end before the first.
const CENSUS: Duration = Duration::from_secs(1);

/// How a wait has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The livepatch is there and in no transition. Whether it is enabled is another question: somebody may have reversed it.
    Complete,
    /// The transition still goes on after the time that was given.
    Stalled,
    /// The livepatch is not there any more: it is disabled.
    Gone,
}

/// How far a transition is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How long it was waited for.
    pub waited: Duration,
    /// Where to: true if the livepatch is being enabled.
    pub enabled: bool,
    /// The tasks, if they could be counted.
    pub census: Option<Census>,
}

/// Waits until a livepatch is in no transition, at most for `timeout`, and tells each second how far it is.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn wait(
    system: &System,
    name: &str,
    timeout: Duration,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Outcome, SystemError> {
    wait_while(system, name, timeout, &mut |now| {
        progress(now);
        ControlFlow::Continue(())
    })
}

/// Waits as [`wait`] does; the function can end it as if the time were over.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn wait_while(
    system: &System,
    name: &str,
    timeout: Duration,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Outcome, SystemError> {
    let start = system.clock.monotonic();
    let mut pause = Duration::from_millis(1);
    let mut next_census = CENSUS;

    loop {
        if let Some(outcome) = look(&system.root, name)? {
            return Ok(outcome);
        }
        let waited = system.clock.monotonic().saturating_sub(start);
        if waited >= timeout {
            return Ok(Outcome::Stalled);
        }
        if waited >= next_census {
            // Many tasks take some time: the end of the transition is not missed meanwhile.
            let goes_on = || matches!(look(&system.root, name), Ok(None));
            let enabled = is_enabled(&system.root, name)?;
            let census = task::census_while(&system.root, enabled, goes_on);
            if let Some(outcome) = look(&system.root, name)? {
                return Ok(outcome);
            }
            let now = Progress {
                waited,
                enabled,
                census: census.ok(),
            };
            if progress(&now).is_break() {
                return Ok(Outcome::Stalled);
            }
            next_census = system.clock.monotonic().saturating_sub(start) + CENSUS;
            continue;
        }
        system
            .clock
            .sleep(pause.min(timeout - waited).min(next_census - waited));
        pause = (pause * 2).min(POLL);
    }
}

/// Returns how the transition of a livepatch has ended; [`None`] if it goes on.
fn look(root: &Root, name: &str) -> Result<Option<Outcome>, SystemError> {
    match root.read_optional(patch::attribute(name, "transition"))? {
        Some(value) if value.trim() == "1" => Ok(None),
        Some(_) => Ok(Some(Outcome::Complete)),
        // Kernels before 4.12 have no transitions.
        None if root.exists(patch::attribute(name, "enabled")) => Ok(Some(Outcome::Complete)),
        None => Ok(Some(Outcome::Gone)),
    }
}

fn is_enabled(root: &Root, name: &str) -> Result<bool, SystemError> {
    let value = root.read_optional(patch::attribute(name, "enabled"))?;

    Ok(value.is_some_and(|value| value.trim() == "1"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::fake::Machine;

    const SECOND: Duration = Duration::from_secs(1);

    fn machine(enabled: &str, transition: &str) -> Machine {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", enabled);
        machine.write("sys/kernel/livepatch/fix/transition", transition);
        machine.directory("proc");
        machine
    }

    fn wait_for(machine: &Machine, timeout: Duration) -> Outcome {
        wait(&machine.system(), "fix", timeout, &mut |_| ()).unwrap()
    }

    #[test]
    fn what_is_in_no_transition_is_not_waited_for() {
        let machine = machine("1", "0");

        assert_eq!(wait_for(&machine, SECOND), Outcome::Complete);
        assert_eq!(machine.now(), Duration::ZERO);
    }

    #[test]
    fn what_is_not_there_is_gone() {
        let machine = Machine::new();

        assert_eq!(wait_for(&machine, SECOND), Outcome::Gone);
        assert_eq!(machine.now(), Duration::ZERO);
    }

    #[test]
    fn a_kernel_without_transitions_has_ended_them() {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", "1");

        assert_eq!(wait_for(&machine, SECOND), Outcome::Complete);
    }

    #[test]
    fn the_end_is_seen_at_once() {
        for end in [1, 3, 999, 1000, 1001, 4567] {
            let end = Duration::from_millis(end);
            let machine = machine("1\n", "1\n");
            machine.on_tick(move |root, now| {
                if now >= end {
                    fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0\n").unwrap();
                }
            });

            assert_eq!(wait_for(&machine, 60 * SECOND), Outcome::Complete);
            assert!(machine.now() - end <= POLL, "{end:?}: {:?}", machine.now());
        }
    }

    #[test]
    fn one_that_vanishes_is_gone() {
        let machine = machine("0", "1");
        machine.on_tick(|root, now| {
            if now >= 2 * SECOND {
                let _ = fs::remove_dir_all(root.join("sys/kernel/livepatch/fix"));
            }
        });

        assert_eq!(wait_for(&machine, 60 * SECOND), Outcome::Gone);
        assert!(machine.now() - 2 * SECOND <= POLL);
    }

    #[test]
    fn one_that_ends_while_tasks_are_counted_has_ended() {
        let machine = machine("1", "1");
        let system = machine.system();
        let path = machine.path().join("sys/kernel/livepatch/fix/transition");

        let outcome = wait(&system, "fix", 60 * SECOND, &mut |_| {
            fs::write(&path, "0").unwrap();
        });
        assert_eq!(outcome.unwrap(), Outcome::Complete);
        assert_eq!(machine.now(), SECOND);
    }

    #[test]
    fn one_that_does_not_end_stalls_at_the_time_given() {
        for timeout in [0, 1, 5, 15_000, 60_007] {
            let timeout = Duration::from_millis(timeout);
            let machine = machine("1", "1");

            assert_eq!(wait_for(&machine, timeout), Outcome::Stalled);
            assert_eq!(machine.now(), timeout);
        }
    }

    #[test]
    fn progress_is_told_each_second() {
        let machine = machine("1", "1");
        machine.write("proc/7/task/7/patch_state", "0");
        machine.write("proc/8/task/8/patch_state", "1");
        let mut told = Vec::new();
        wait(&machine.system(), "fix", 5 * SECOND, &mut |progress| {
            let census = progress.census.clone().unwrap();
            told.push((
                progress.waited.as_secs(),
                census.tasks,
                census.waiting.len(),
            ));
        })
        .unwrap();

        assert_eq!(told, [(1, 2, 1), (2, 2, 1), (3, 2, 1), (4, 2, 1)]);
    }

    #[test]
    fn a_machine_without_tasks_to_see_is_waited_for_too() {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", "1");
        machine.write("sys/kernel/livepatch/fix/transition", "1");
        let mut told = Vec::new();
        let outcome = wait(&machine.system(), "fix", 2 * SECOND, &mut |progress| {
            told.push(progress.clone());
        });

        assert_eq!(outcome.unwrap(), Outcome::Stalled);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].census, None);
    }

    #[test]
    fn a_wait_can_be_ended() {
        let machine = machine("1", "1");
        let outcome = wait_while(&machine.system(), "fix", 60 * SECOND, &mut |_| {
            ControlFlow::Break(())
        });

        assert_eq!(outcome.unwrap(), Outcome::Stalled);
        assert_eq!(machine.now(), SECOND);
    }

    #[test]
    fn what_the_kernel_does_not_say_is_no_transition() {
        for nonsense in ["", "\n", "x", "2", "\u{0}"] {
            assert_eq!(wait_for(&machine("1", nonsense), SECOND), Outcome::Complete);
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let machine = Machine::new();
        machine.directory("sys/kernel/livepatch/fix/transition");

        assert!(wait(&machine.system(), "fix", SECOND, &mut |_| ()).is_err());
    }
}
