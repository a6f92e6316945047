// SPDX-License-Identifier: GPL-2.0

//! `klp check`: whether a transition goes on, by the exit status.

use super::{status, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::policy::Format;
use crate::sysfs::patch;

/// The arguments of `klp check`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command: 0 if no transition goes on, 1 if one does. With `-v`, and as JSON, it prints what `klp status` prints.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn run(_args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let is_busy = patch::all(&context.system.root)?
        .iter()
        .any(|patch| patch.transition);

    if options.verbose > 0 || options.format == Format::Json {
        let options = Options {
            verbose: 0,
            ..options
        };
        status::run(&status::Args {}, options, context)?;
    }
    match is_busy {
        true => Ok(Exit::Failure),
        false => Ok(Exit::Success),
    }
}
