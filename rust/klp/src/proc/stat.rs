// SPDX-License-Identifier: GPL-2.0

//! What a task is: `/proc/<pid>/task/<tid>/stat`.

use std::time::Duration;

use serde::Serialize;

use super::task::Task;
use crate::system::Root;

/// The flag of a kernel thread. C header: `include/linux/sched.h`.
const PF_KTHREAD: u64 = 0x0020_0000;

/// The places of fields, counted from the one after the command.
const STATE: usize = 0;
const FLAGS: usize = 6;
const STARTTIME: usize = 19;

/// What a task is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Its command: at most 15 bytes that it has chosen itself; more for the kernel's workers.
    pub command: String,
    /// What it does.
    pub activity: Activity,
    /// Whether it is a thread of the kernel.
    pub is_kernel_thread: bool,
    /// When it was started, since the machine was.
    pub started: Duration,
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Activity {
    /// It runs, or would: `R`.
    Running,
    /// It sleeps, and a signal wakes it: `S`, and `I` of the kernel's own.
    Sleeping,
    /// It sleeps, and no signal wakes it: `D`.
    Uninterruptible,
    /// It was stopped by a signal: `T`.
    Stopped,
    /// It was stopped by a debugger: `t`.
    Traced,
    /// It has ended: `Z`, `X`.
    Dead,
    /// Something else.
    Other,
}

impl Activity {
    fn parse(letter: &str) -> Self {
        match letter {
            "R" => Self::Running,
            "S" | "I" => Self::Sleeping,
            "D" => Self::Uninterruptible,
            "T" => Self::Stopped,
            "t" => Self::Traced,
            "Z" | "X" | "x" => Self::Dead,
            _ => Self::Other,
        }
    }
}

/// Returns what a task is; [`None`] if it has gone, or does not show it.
pub fn read(root: &Root, task: Task, ticks: u64) -> Option<Stat> {
    parse(&root.read(task.path("stat"), 4096).ok()?, ticks)
}

/// Reads the file's contents; `ticks` is how many of its units of time make a second.
fn parse(bytes: &[u8], ticks: u64) -> Option<Stat> {
    let text = String::from_utf8_lossy(bytes);
    // The command can have anything in it, parentheses too.
    let (_, rest) = text.split_once('(')?;
    let (command, rest) = rest.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let started = number(STARTTIME)?;
    let ticks = ticks.max(1);

    Some(Stat {
        command: command.to_owned(),
        activity: Activity::parse(fields.get(STATE)?),
        is_kernel_thread: number(FLAGS)? & PF_KTHREAD != 0,
        started: Duration::from_secs(started / ticks)
            + Duration::from_millis(started % ticks * 1000 / ticks),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "7 (cat) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 2 3\n";
    const KERNEL: &str = "9 (kworker/0:1-ev) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 50 0 0";

    fn read(text: &str) -> Option<Stat> {
        parse(text.as_bytes(), 100)
    }

    #[test]
    fn a_task_of_a_user_is_read() {
        let stat = read(USER).unwrap();

        assert_eq!(stat.command, "cat");
        assert_eq!(stat.activity, Activity::Sleeping);
        assert!(!stat.is_kernel_thread);
        assert_eq!(stat.started, Duration::from_millis(123_450));
    }

    #[test]
    fn a_kernel_thread_is_read() {
        let stat = read(KERNEL).unwrap();

        assert_eq!(stat.command, "kworker/0:1-ev");
        assert!(stat.is_kernel_thread);
    }

    #[test]
    fn a_command_can_have_anything_in_it() {
        for command in ["a) R 1 (b", "", " ", "))", "x y", "\u{1b}[2J", "(", "%s"] {
            let stat = read(&USER.replace("cat", command)).unwrap();

            assert_eq!(stat.command, command);
            assert_eq!(stat.activity, Activity::Sleeping);
        }
    }

    #[test]
    fn letters_are_activities() {
        for (letter, activity) in [
            ("R", Activity::Running),
            ("D", Activity::Uninterruptible),
            ("T", Activity::Stopped),
            ("t", Activity::Traced),
            ("Z", Activity::Dead),
            ("?", Activity::Other),
        ] {
            let text = USER.replace(") S", &format!(") {letter}"));
            assert_eq!(read(&text).unwrap().activity, activity);
        }
    }

    #[test]
    fn what_makes_no_sense_is_none() {
        for text in [
            "",
            "7",
            "7 (",
            "7 (cat",
            "7 (cat)",
            "7 (cat) S",
            ")(",
            "7 (c) S 1 7 7 0 -1 x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        for length in 0..USER.len() - 10 {
            // Whatever is cut off: no panic.
            let _ = read(&USER[..length]);
        }
        assert!(parse(b"7 (\xff\xfe) S 1 7 7 0 -1 0 1 0 0 0 0 0 0 0 20 0 1 0 1", 0).is_some());
    }
}
