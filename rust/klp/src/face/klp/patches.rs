// SPDX-License-Identifier: GPL-2.0

//! `klp patches`: the livepatches of the running kernel.

use serde::Serialize;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::{details, Context};
use crate::report::{self, Livepatch};
use crate::sysfs::patch;
use crate::text::printable;

/// The arguments of `klp patches`.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Report<'a> {
    livepatches: &'a [Livepatch],
}

/// Runs the command: names; with `-v` the package, CVEs and bugs of each, with `-v -v` all that is known.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn run(_args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;

    match (options.format, options.verbose) {
        (Format::Json, verbose) => {
            let report = Report {
                livepatches: &report::all(system, verbose > 0)?,
            };
            serde_json::to_writer_pretty(&mut *context.out, &report)?;
            writeln!(context.out)?;
        }
        (Format::Text, 0) => {
            for name in patch::names(&system.root)? {
                writeln!(context.out, "{}", printable(&name))?;
            }
        }
        (Format::Text, verbose) => {
            let livepatches = report::all(system, true)?;
            let more = (verbose > 1).then_some(system);
            details::print(&livepatches, "initial kernel live patch", more, context.out)?;
            warn(&livepatches, verbose, context)?;
        }
    }
    Ok(Exit::Success)
}

/// Says what could not be told, where the output does not.
fn warn(livepatches: &[Livepatch], verbose: u8, context: &mut Context<'_>) -> Result<(), Failure> {
    for livepatch in livepatches.iter().filter(|_| verbose == 1) {
        for problem in &livepatch.problems {
            writeln!(
                context.err,
                "klp: warning: {}: {}",
                printable(&livepatch.patch.name),
                printable(problem)
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
