// SPDX-License-Identifier: GPL-2.0

//! `klp status`: whether a transition goes on, and what is held back at boot; with -v, what becomes of each livepatch.

use std::io;

use serde::Serialize;

use super::{Format, Options};
use crate::boot::{self, held_back};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::proc::task;
use crate::sysfs::patch::{self, Patch, State};
use crate::text::{self, printable};

/// The arguments of `klp status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Serialize)]
struct Report<'a> {
    status: &'a str,
    livepatches: &'a [Patch],
    held_back: Vec<HeldBack>,
}

/// A livepatch that is installed, and not loaded at boot.
#[derive(Serialize)]
struct HeldBack {
    livepatch: String,
    /// When it was loaded, in seconds since 1970.
    since: u64,
    reason: String,
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

    let held_back = match boot::all_held_back(context.system) {
        Ok(loads) => loads
            .into_iter()
            .map(|load| HeldBack {
                livepatch: load.livepatch,
                since: load.time,
                reason: held_back(load.time),
            })
            .collect(),
        Err(error) => {
            writeln!(
                context.err,
                "klp: warning: what is held back at boot is not known: {error}"
            )?;
            Vec::new()
        }
    };

    match options.format {
        // Programs know the one word; the rest is for people.
        Format::Text => {
            writeln!(context.out, "{status}")?;
            if options.verbose > 0 {
                for patch in &livepatches {
                    detail(patch, context)?;
                }
            }
            for one in &held_back {
                let name = printable(&one.livepatch);
                writeln!(context.err, "klp: {name} is not loaded: {}", one.reason)?;
            }
        }
        Format::Json => {
            let report = Report {
                status,
                livepatches: &livepatches,
                held_back,
            };
            serde_json::to_writer_pretty(&mut *context.out, &report)?;
            writeln!(context.out)?;
        }
    }
    Ok(Exit::Success)
}

/// Prints what becomes of a livepatch; if tasks still change over, how many.
fn detail(patch: &Patch, context: &mut Context<'_>) -> io::Result<()> {
    let state = match patch.state() {
        State::Enabled => "enabled",
        State::Disabled => "disabled",
        State::Enabling => "enabling",
        State::Disabling => "disabling",
    };
    let name = printable(&patch.name);
    let left = match patch.transition {
        // What cannot be counted is still going on.
        true => task::census(&context.system.root, patch.enabled).ok(),
        false => None,
    };

    write!(context.out, "    {name}: {state}")?;
    if let Some(census) = left {
        let tasks = text::count(census.tasks, "task");
        write!(context.out, ", {} of {tasks} left", census.waiting.len())?;
        if census.hidden > 0 {
            write!(context.out, ", {} that only root can see", census.hidden)?;
        }
    }
    writeln!(context.out)
}
