// SPDX-License-Identifier: GPL-2.0

//! `klp status`: whether a transition goes on.

use serde::Serialize;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::sysfs::patch::{self, Patch};

/// The arguments of `klp status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Report<'a> {
    status: &'a str,
    livepatches: &'a [Patch],
}

/// Runs the command.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn run(_args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let livepatches = patch::all(&context.system.root)?;
    let status = match livepatches.iter().any(|patch| patch.transition) {
        true => "in_progress",
        false => "ready",
    };

    match options.format {
        Format::Text => writeln!(context.out, "{status}")?,
        Format::Json => {
            let report = Report {
                status,
                livepatches: &livepatches,
            };
            serde_json::to_writer_pretty(&mut *context.out, &report)?;
            writeln!(context.out)?;
        }
    }
    Ok(Exit::Success)
}
