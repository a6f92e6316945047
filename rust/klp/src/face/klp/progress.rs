// SPDX-License-Identifier: GPL-2.0

//! What the commands that wait say meanwhile.

use std::io::{self, Write};
use std::time::Duration;

use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::stall;
use crate::text;
use crate::transition::Progress;

use super::{Format, Options};

/// Says how far a transition is.
///
/// # Errors
///
/// It cannot be written.
pub(super) fn say(progress: &Progress, err: &mut dyn Write) -> io::Result<()> {
    let waited = text::duration(progress.waited);

    match &progress.census {
        Some(census) => {
            let tasks = text::count(census.tasks, "task");
            writeln!(
                err,
                "klp: {} of {tasks} left after {waited}",
                census.waiting.len()
            )
        }
        None => writeln!(err, "klp: goes on after {waited}"),
    }
}

/// Says why a transition does not end: for people with the messages, for programs as the result.
///
/// # Errors
///
/// sysfs or procfs cannot be read.
pub(super) fn explain_stall(
    options: Options,
    waited: Duration,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let report = stall::report(context.system, stall::FEW)?;

    match (options.format, &report) {
        (Format::Json, report) => {
            serde_json::to_writer_pretty(&mut *context.out, report)?;
            writeln!(context.out)?;
        }
        (Format::Text, Some(report)) => {
            writeln!(
                context.err,
                "klp: the transition has not ended within {}",
                text::duration(waited)
            )?;
            stall::render(report, options.verbose > 0, context.err)?;
        }
        // It has ended just now.
        (Format::Text, None) => return Ok(Exit::Success),
    }
    Ok(match report {
        Some(_) => Exit::Stalled,
        None => Exit::Success,
    })
}
