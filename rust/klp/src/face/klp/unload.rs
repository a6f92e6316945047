// SPDX-License-Identifier: GPL-2.0

//! `klp unload`: takes a livepatch out of the kernel.

use std::time::Duration;

use serde::Serialize;

use super::change::{self, Teller};
use super::{duration, progress, Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{Action, Operation, Outcome};
use crate::operation::{self, Limits, UnloadError};
use crate::store;
use crate::sysfs::patch;
use crate::system::System;
use crate::transition;

/// The arguments of `klp unload`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The livepatch.
    pub livepatch: String,
    /// Wait until no task uses it, and unload the module; it is the default.
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
    /// Do not wait until no task uses it: the module stays.
    #[arg(long, conflicts_with_all = ["timeout", "revert_on_stall"])]
    pub no_wait: bool,
    /// How long the transition may take; without it, as the policy says.
    #[arg(short, long, value_parser = duration::parse)]
    pub timeout: Option<Duration>,
    /// Enable it again when the transition takes longer.
    #[arg(long)]
    pub revert_on_stall: bool,
}

/// The result for programs.
#[derive(Serialize)]
struct Output<'a> {
    livepatch: &'a str,
    outcome: &'a str,
}

/// Runs the command.
///
/// # Errors
///
/// It could not be unloaded.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let policy = context.policy()?;
    let _lock = change::begin(system)?;
    let name = store::name_of_file(&args.livepatch);
    let limits = limits(args, change::limits(&policy));
    let waits = limits.transition.saturating_add(limits.signalled);

    // The livepatch is what counts.
    let journal = Operation::begin(system, Action::Unload, &name).ok();
    let end = |outcome, detail: &str| {
        if let Some(journal) = journal {
            // As above.
            let _ = journal.end(system, outcome, detail);
        }
    };
    let mut teller = Teller {
        err: context.err,
        verbose: options.verbose,
    };
    if args.no_wait {
        if let Err(error) = operation::disable(system, &name, &limits, &mut teller) {
            end(Outcome::Failed, &error.to_string());
            return Err(error.into());
        }
        end(Outcome::Done, "its transition was not waited for");
        return print("begun", &name, options, context);
    }
    match operation::unload(system, &name, &limits, &mut teller) {
        Ok(true) => {
            end(Outcome::Done, "");
            print("unloaded", &name, options, context)
        }
        Ok(false) => {
            end(Outcome::Done, "the module stays");
            print("disabled", &name, options, context)
        }
        Err(UnloadError::Stalled { .. }) if args.revert_on_stall => {
            let result = enable_again(system, &name, &limits);
            let detail = match &result {
                Ok(()) => "the transition has stalled".to_owned(),
                Err(failure) => failure.error.to_string(),
            };
            end(Outcome::Reverted, &detail);
            result.map(|()| {
                Err(Failure::new(
                    Exit::Reverted,
                    format!("the transition has stalled: {name} is enabled as before"),
                ))
            })?
        }
        Err(UnloadError::Stalled { .. }) => {
            end(Outcome::Stalled, "");
            progress::explain_stall(options, waits, context)
        }
        Err(error) => {
            end(Outcome::Failed, &error.to_string());
            Err(error.into())
        }
    }
}

fn limits(args: &Args, limits: Limits) -> Limits {
    match args.timeout {
        Some(timeout) => Limits {
            transition: limits.transition.min(timeout),
            signalled: timeout.saturating_sub(limits.transition),
            ..limits
        },
        None => limits,
    }
}

/// Takes a transition back that does not end.
fn enable_again(system: &System, name: &str, limits: &Limits) -> Result<(), Failure> {
    system
        .root
        .write_attribute(patch::attribute(name, "enabled"), "1")?;
    let timeout = limits.transition.max(Duration::from_secs(15));

    match transition::wait(system, name, timeout, &mut |_| ())? {
        transition::Outcome::Complete => Ok(()),
        _ => Err(Failure::new(
            Exit::Stalled,
            format!("the transition of {name} has stalled, and so has the way back: see klp blocking --explain"),
        )),
    }
}

fn print(
    outcome: &str,
    livepatch: &str,
    options: Options,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &Output { livepatch, outcome })?;
            writeln!(context.out)?;
        }
        Format::Text => {
            let what = match outcome {
                "begun" => "is being disabled: see klp status, klp wait",
                "disabled" => "is disabled; its module stays",
                _ => "is unloaded",
            };
            writeln!(context.out, "{livepatch} {what}")?;
        }
    }
    Ok(Exit::Success)
}
