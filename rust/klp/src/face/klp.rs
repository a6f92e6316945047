// SPDX-License-Identifier: GPL-2.0

//! `klp`: the command line of SUSE's tool, and what goes beyond it.

pub mod blocking;
pub mod boot;
mod change;
pub mod check;
pub mod doctor;
pub mod downgrade;
pub mod duration;
pub mod fixes;
pub mod force;
pub mod functions;
pub mod history;
pub mod load;
pub mod metrics;
pub mod patches;
mod progress;
pub mod status;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod unload;
pub mod vex;
pub mod wait;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::Context;
use crate::exit::{Exit, Failure};
pub use crate::policy::Format;

/// Loads livepatches, watches and explains what becomes of them, and takes them back.
#[derive(Debug, Parser)]
#[command(name = "klp", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Say more; twice, still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Ask nothing.
    #[arg(short, long, global = true)]
    pub non_interactive: bool,
    /// How to print results: as the policy says if it is not given, or else as text.
    #[arg(long, global = true, value_enum)]
    pub format: Option<Format>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the threads that a transition waits for, and what keeps them.
    Blocking(blocking::Args),
    /// Load what is installed, when the machine boots; hold back what it has not lived with.
    Boot(boot::Args),
    /// Say whether a transition goes on by the exit status: 0 if not, 1 if so.
    Check(check::Args),
    /// Tell what would make the kernel refuse a livepatch, or the livepatch do nothing.
    Doctor(doctor::Args),
    /// Install the version of a livepatch's package before the one that is installed.
    Downgrade(downgrade::Args),
    /// Print which CVEs and bugs are fixed in the running kernel, and by which livepatches.
    Fixes(fixes::Args),
    /// End a transition without the kernel's check.
    Force(force::Args),
    /// Print which function is replaced by whom, in which order, and since when.
    Functions(functions::Args),
    /// Print what was done, when and by whom.
    History(history::Args),
    /// Load a livepatch: explain, watch, and take back what is not good.
    Load(load::Args),
    /// Print what Prometheus wants to know.
    Metrics(metrics::Args),
    /// Print the livepatches; with -v their packages, CVEs and bugs.
    Patches(patches::Args),
    /// Say whether a transition goes on: ready or in_progress; with -v, what becomes of each livepatch.
    Status(status::Args),
    /// Take a livepatch out of the kernel.
    Unload(unload::Args),
    /// Print an OpenVEX document of the CVEs that are fixed in the running kernel.
    Vex(vex::Args),
    /// Wait for the end of a transition.
    Wait(wait::Args),
}

/// What is the same for all commands.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How much to say.
    pub verbose: u8,
    /// Whether to ask nothing.
    pub non_interactive: bool,
    /// How to print results.
    pub format: Format,
}

/// Does what the arguments say.
///
/// # Errors
///
/// Why it could not be done.
pub fn run(arguments: &[OsString], context: &mut Context<'_>) -> Result<Exit, Failure> {
    let arguments = std::iter::once(OsString::from("klp")).chain(arguments.iter().cloned());
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
    let options = Options {
        verbose: cli.verbose,
        non_interactive: cli.non_interactive,
        format: match cli.format {
            Some(format) => format,
            None => preferred_format(context)?,
        },
    };

    // Of a list, whoever closes the pipe has seen enough; the status of others says what was done, or answers a question.
    let is_list = matches!(
        cli.command,
        Command::Blocking(_)
            | Command::Functions(_)
            | Command::History(_)
            | Command::Metrics(_)
            | Command::Patches(_)
            | Command::Vex(_)
    );
    let result = match &cli.command {
        Command::Blocking(args) => blocking::run(args, options, context),
        Command::Boot(args) => boot::run(args, options, context),
        Command::Check(args) => check::run(args, options, context),
        Command::Doctor(args) => doctor::run(args, options, context),
        Command::Downgrade(args) => downgrade::run(args, options, context),
        Command::Fixes(args) => fixes::run(args, options, context),
        Command::Force(args) => force::run(args, options, context),
        Command::Functions(args) => functions::run(args, options, context),
        Command::History(args) => history::run(args, options, context),
        Command::Load(args) => load::run(args, options, context),
        Command::Metrics(args) => metrics::run(args, options, context),
        Command::Patches(args) => patches::run(args, options, context),
        Command::Status(args) => status::run(args, options, context),
        Command::Unload(args) => unload::run(args, options, context),
        Command::Vex(args) => vex::run(args, options, context),
        Command::Wait(args) => wait::run(args, options, context),
    };

    match result {
        Err(failure) if is_list && failure.is_broken_pipe() => Ok(Exit::Success),
        result => result,
    }
}

/// Returns the format that the policy says.
///
/// A policy that cannot be told is no reason not to show things: what changes something reads it again, and fails.
fn preferred_format(context: &mut Context<'_>) -> Result<Format, Failure> {
    match context.policy() {
        Ok(policy) => Ok(policy.format),
        Err(error) => {
            writeln!(context.err, "klp: warning: {error}")?;
            Ok(Format::default())
        }
    }
}
