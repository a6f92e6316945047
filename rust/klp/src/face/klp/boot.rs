// SPDX-License-Identifier: GPL-2.0

//! `klp boot`: loads what is installed, when the machine boots.

use std::time::Duration;

use clap::ArgGroup;
use serde::Serialize;

use super::{Format, Options};
use crate::boot::{self, Fate, Report, Tried, KILL_SWITCH};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::lock::{Lock, LockError};
use crate::policy::Policy;

/// How long somebody else may be at work.
const LOCK_TIMEOUT: Duration = Duration::from_secs(120);

/// The arguments of `klp boot`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what"))]
pub struct Args {
    /// Wait as long as the policy says, then mark what was loaded in this boot as good: the machine lives.
    #[arg(long, group = "what")]
    pub watch: bool,
    /// Mark what was loaded in this boot as good now: the machine is shut down as it should be.
    #[arg(long, group = "what")]
    pub mark_good: bool,
    /// Let a livepatch that is held back be loaded again at the next boot; without a name, all of them.
    #[arg(long, group = "what", value_name = "LIVEPATCH", num_args = 0..=1)]
    pub clear: Option<Option<String>>,
}

#[derive(Serialize)]
struct Line<'a> {
    livepatch: &'a str,
    path: &'a std::path::Path,
    loaded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
///
/// It is not root's, another `klp` is at work, the policy makes no sense, or what is to be loaded cannot be found out.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    if !system.is_root() {
        return Err(Failure::new(
            Exit::Denied,
            "klp boot changes the kernel: only root may do it",
        ));
    }
    if args.watch {
        // Also with a policy that makes no sense: that what is loaded is good must not be said too early, nor never.
        let survive = match context.policy() {
            Ok(policy) => policy.boot.survive,
            Err(error) => {
                let survive = Policy::default().boot.survive;
                let time = crate::text::duration(survive);
                writeln!(context.err, "klp: warning: {error}; waiting for {time}")?;
                survive
            }
        };
        // Before the lock, which others need meanwhile.
        system.clock.sleep(survive);
    }
    let _lock = Lock::take(system, LOCK_TIMEOUT).map_err(|error| {
        let exit = match error {
            LockError::Locked { .. } => Exit::Locked,
            LockError::System(_) => Exit::Failure,
        };
        Failure::new(exit, error)
    })?;

    if args.watch || args.mark_good {
        let names = boot::mark_good(system)?;
        return print_names(
            &names,
            "is good: the machine lives with it",
            options,
            context,
        );
    }
    if let Some(name) = &args.clear {
        let names = boot::clear(system, name.as_deref())?;
        if let (Some(name), true) = (name, names.is_empty()) {
            return Err(Failure::new(
                Exit::Failure,
                format!("{name} is not held back; klp status says what is"),
            ));
        }
        return print_names(&names, "is loaded again at the next boot", options, context);
    }
    match boot::run(system, &context.policy()?, &mut ())? {
        Report::Off => {
            writeln!(
                context.err,
                "klp: nothing is loaded: the kernel's command line says {KILL_SWITCH}"
            )?;
            if options.format == Format::Json {
                writeln!(context.out, "[]")?;
            }
            Ok(Exit::Success)
        }
        Report::Tried(tried) => print(&tried, options, context),
    }
}

fn print(tried: &[Tried], options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    for one in tried {
        if let Some(reason) = one.fate.reason() {
            writeln!(context.err, "klp: {}: {reason}", one.name)?;
        } else if options.format == Format::Text {
            writeln!(context.out, "{} is loaded", one.name)?;
        }
    }
    if options.format == Format::Json {
        let lines: Vec<_> = tried
            .iter()
            .map(|one| Line {
                livepatch: &one.name,
                path: &one.path,
                loaded: matches!(one.fate, Fate::Loaded(_) | Fate::Stalled),
                reason: one.fate.reason(),
            })
            .collect();
        serde_json::to_writer_pretty(&mut *context.out, &lines)?;
        writeln!(context.out)?;
    }
    match tried.iter().any(|one| one.fate.is_failure()) {
        true => Ok(Exit::Failure),
        false => Ok(Exit::Success),
    }
}

fn print_names(
    names: &[String],
    what: &str,
    options: Options,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, names)?;
            writeln!(context.out)?;
        }
        Format::Text => {
            for name in names {
                writeln!(context.out, "{name} {what}")?;
            }
        }
    }
    Ok(Exit::Success)
}
