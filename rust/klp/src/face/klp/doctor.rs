// SPDX-License-Identifier: GPL-2.0

//! `klp doctor`: tells what would make the kernel refuse a livepatch, or the livepatch do nothing.

use super::{change, Format, Options};
use crate::doctor::{self, Level, Subject};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::module_file::ModuleFile;

/// The arguments of `klp doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file of a livepatch, or the name of one that is installed; without it, only the machine is looked at.
    pub livepatch: Option<String>,
}

/// Runs the command.
///
/// # Errors
///
/// The file, sysfs or procfs cannot be read.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let policy = context.policy()?;
    let subject = match &args.livepatch {
        Some(livepatch) => {
            let module = ModuleFile::open(&system.root, change::find(system, livepatch)?)?;
            Some(Subject::under(&policy, system, &module))
        }
        None => None,
    };
    let diagnosis = doctor::diagnose(system, subject.as_ref(), Some(&policy))?;

    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &diagnosis)?;
            writeln!(context.out)?;
        }
        Format::Text => {
            doctor::render(&diagnosis, true, context.out)?;
            writeln!(context.out, "{}", diagnosis.summary())?;
        }
    }
    Ok(match diagnosis.verdict {
        Level::Refused => Exit::Failure,
        Level::Warning | Level::Note => Exit::Success,
    })
}
