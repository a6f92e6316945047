// SPDX-License-Identifier: GPL-2.0

//! `kgr blocking`: what a transition waits for.

use std::collections::BTreeSet;

use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::stall::{self, Blocker};
use crate::text::printable;

pub(super) fn run(threads: bool, verbose: u8, context: &mut Context<'_>) -> Result<Exit, Failure> {
    if !context.system.is_root() {
        writeln!(
            context.err,
            "Warning: running as non-root user, display will be limited"
        )?;
    }
    let report = stall::report(context.system, usize::MAX)?;
    let blockers = report.map(|report| report.waiting).unwrap_or_default();
    let mut seen = BTreeSet::new();
    // One thread stands for its process.
    let shown: Vec<_> = blockers
        .iter()
        .filter(|blocker| threads || seen.insert(blocker.task.pid))
        .collect();

    for blocker in &shown {
        let number = match threads {
            true => blocker.task.tid,
            false => blocker.task.pid,
        };
        match verbose {
            0 => writeln!(context.out, "{number}")?,
            _ => writeln!(context.out, "{number} {}", command_line(blocker))?,
        }
        if verbose > 1 {
            for frame in blocker.stack.iter().flatten() {
                let function = printable(&frame.function);
                match &frame.module {
                    Some(module) => {
                        writeln!(context.out, "    {function} [{}]", printable(module))?;
                    }
                    None => writeln!(context.out, "    {function}")?,
                }
            }
        }
    }
    if shown.is_empty() && verbose > 0 {
        let what = if threads { "threads" } else { "processes" };
        writeln!(context.out, "no {what} with kgr_in_progress set")?;
    }
    Ok(Exit::Success)
}

/// Returns the command line of a task; its name in brackets for one that has none.
fn command_line(blocker: &Blocker) -> String {
    match blocker.arguments.is_empty() {
        true => format!("[{}]", printable(&blocker.command)),
        false => printable(&blocker.arguments.join(" ")),
    }
}
