// SPDX-License-Identifier: GPL-2.0

//! The report for people.

use std::io::{self, Write};
use std::time::Duration;

use super::{Blocker, Cause, Remedy, Report};
use crate::proc::stat::Activity;
use crate::sysfs::patch::State;
use crate::text::{count, duration, printable};

/// Prints a report; with the stacks, if they are wanted.
///
/// # Errors
///
/// It cannot be written.
pub fn render(report: &Report, stacks: bool, out: &mut dyn Write) -> io::Result<()> {
    headline(report, out)?;
    for blocker in &report.waiting {
        writeln!(out)?;
        task(blocker, stacks, out)?;
    }
    if report.left > report.waiting.len() {
        let more = report.left - report.waiting.len();
        writeln!(out, "\n... and {} more, or gone since", count(more, "task"))?;
    }
    writeln!(out, "\nfor the transition as a whole:")?;
    for remedy in &report.remedies {
        line(remedy, out)?;
    }
    Ok(())
}

fn headline(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let doing = match report.state {
        State::Disabling | State::Disabled => "disabling",
        State::Enabling | State::Enabled => "enabling",
    };
    let since = report.seconds.map_or(String::new(), |seconds| {
        format!(" for {}", duration(Duration::from_secs(seconds)))
    });

    writeln!(
        out,
        "{doing} {}{since}: {} of {} left",
        printable(&report.livepatch),
        report.left,
        count(report.tasks, "task"),
    )?;
    match report.signaled {
        Some(true) => writeln!(out, "the kernel has sent fake signals, and does every 15 s")?,
        Some(false) => writeln!(out, "the kernel has not sent its fake signal yet")?,
        None => (),
    }
    if report.hidden > 0 {
        let hidden = count(report.hidden, "task");
        writeln!(
            out,
            "{hidden} did not show whether they are waited for: only root can see that"
        )?;
    } else if report.left == 0 {
        writeln!(
            out,
            "no task is left that can be seen: the transition is about to end, or waits for the idle task of a CPU"
        )?;
    }
    Ok(())
}

fn task(task: &Blocker, stacks: bool, out: &mut dyn Write) -> io::Result<()> {
    let kind = match task.kernel_thread {
        true => "thread of the kernel",
        false => "task of a user",
    };
    let thread = match task.task.pid == task.task.tid {
        true => String::new(),
        false => format!(" (thread {})", task.task.tid),
    };

    writeln!(
        out,
        "{}{thread} {}: {kind}, {}",
        task.task.pid,
        printable(&task.command),
        activity(task.activity),
    )?;
    writeln!(out, "    {}", cause(task))?;
    if !task.arguments.is_empty() {
        writeln!(out, "    command: {}", printable(&task.arguments.join(" ")))?;
    }
    if stacks {
        stack(task, out)?;
    }
    for remedy in &task.remedies {
        line(remedy, out)?;
    }
    Ok(())
}

fn stack(task: &Blocker, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    stack:")?;
    for frame in task.stack.iter().flatten() {
        let function = printable(&frame.function);
        match &frame.module {
            Some(module) => writeln!(out, "        {function} [{}]", printable(module))?,
            None => writeln!(out, "        {function}")?,
        }
    }
    Ok(())
}

fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::Running => "running",
        Activity::Sleeping => "sleeping",
        Activity::Uninterruptible => "sleeping, and no signal wakes it",
        Activity::Stopped => "stopped by a signal",
        Activity::Traced => "stopped by a debugger",
        Activity::Dead => "ending",
        Activity::Other => "in an unknown state",
    }
}

fn cause(task: &Blocker) -> String {
    let since = task.seconds.map_or(String::new(), |seconds| {
        format!(", waited for {}", duration(Duration::from_secs(seconds)))
    });

    match (task.cause, &task.function) {
        (Cause::InFunction, Some(function)) => format!(
            "is in {} of {}{since}",
            printable(&function.name),
            printable(&function.object)
        ),
        (Cause::Running, _) => format!("runs, so that the kernel cannot look at its stack{since}"),
        (Cause::Hidden, _) => format!("does not show its stack: only root can see it{since}"),
        (Cause::InFunction | Cause::Unclear, _) => format!(
            "has none of the functions on its stack: it is on its way, or the kernel cannot trust its stack{since}"
        ),
    }
}

fn line(remedy: &Remedy, out: &mut dyn Write) -> io::Result<()> {
    let reason = printable(&remedy.reason);

    match &remedy.command {
        Some(command) => writeln!(out, "    -> {}\n       {reason}", printable(command)),
        None => writeln!(out, "    -> {reason}"),
    }
}
