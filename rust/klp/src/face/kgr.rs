// SPDX-License-Identifier: GPL-2.0

//! `kgr`: the command line of kGraft's tool, for the livepatches that came after kGraft.

mod blocking;
mod poke;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{details, Context};
use crate::exit::{Exit, Failure};
use crate::report;
use crate::sysfs::patch;
use crate::text::printable;

/// Shows livepatches and what their transitions wait for, and pokes what is waited for.
#[derive(Debug, Parser)]
#[command(name = "kgr", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Say more; twice, still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say whether a transition goes on: ready or in_progress.
    Status,
    /// Say whether a transition goes on by the exit status: 0 if not, 1 if so.
    Check,
    /// Print the livepatches; with -v their packages, CVEs and bugs.
    Patches,
    /// Print the processes that a transition waits for; with -v their command lines, with -v -v their stacks.
    Blocking {
        /// Print threads instead of processes.
        #[arg(short, long)]
        threads: bool,
    },
    /// Send SIGSTOP and SIGCONT to the processes that a transition waits for, which lets them leave the kernel for a moment.
    Poke,
}

/// Does what the arguments say.
///
/// # Errors
///
/// Why it could not be done.
pub fn run(arguments: &[OsString], context: &mut Context<'_>) -> Result<Exit, Failure> {
    let arguments = std::iter::once(OsString::from("kgr")).chain(arguments.iter().cloned());
    let cli = match Cli::command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            write!(context.err, "{error}")?;
            return Ok(Exit::Usage);
        }
        Err(help) => {
            write!(context.out, "{help}")?;
            return Ok(Exit::Success);
        }
    };

    match cli.command {
        Command::Status => {
            writeln!(
                context.out,
                "{}",
                match in_transition(context)? {
                    true => "in_progress",
                    false => "ready",
                }
            )?;
            Ok(Exit::Success)
        }
        Command::Check => match in_transition(context)? {
            true => Ok(Exit::Failure),
            false => Ok(Exit::Success),
        },
        Command::Patches => patches(cli.verbose, context),
        Command::Blocking { threads } => blocking::run(threads, cli.verbose, context),
        Command::Poke => poke::run(cli.verbose, context),
    }
}

fn in_transition(context: &Context<'_>) -> Result<bool, Failure> {
    Ok(patch::all(&context.system.root)?
        .iter()
        .any(|patch| patch.transition))
}

fn patches(verbose: u8, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;

    if verbose == 0 {
        for name in patch::names(&system.root)? {
            writeln!(context.out, "{}", printable(&name))?;
        }
    } else {
        let livepatches = report::all(system, true)?;
        let more = (verbose > 1).then_some(system);
        details::print(&livepatches, "initial kGraft patch", more, context.out)?;
    }
    Ok(Exit::Success)
}
