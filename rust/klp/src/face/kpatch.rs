// SPDX-License-Identifier: GPL-2.0

//! `kpatch`: what version 0.9.11 takes, does and prints, so that scripts and guides for it work unchanged.
//!
//! What is different on purpose:
//!
#![doc = include_str!("kpatch/differences.md")]

mod arguments;
mod find;
mod info;
mod install;
mod list;
mod load;
mod observer;
#[cfg(test)]
mod tests;
mod unload;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use crate::doctor::{self, Finding, Level, Subject};
use crate::exit::{Exit, Failure};
use crate::journal::{Action, Operation, Outcome};
use crate::lock::{Lock, LockError};
use crate::module_file::ModuleFile;
use crate::operation;
use crate::text::printable;
use observer::Printer;

/// The version of kpatch that this is like.
const VERSION: &str = "0.9.11";

/// What it prints to who gets it wrong.
const USAGE: &str = include_str!("kpatch/usage.txt");

/// How long another one that is at work is waited for: longer than its transition can take, and the way back.
const LOCK_WAIT: Duration = Duration::from_secs(180);

/// A message of kpatch.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Message(String);

/// Returns the failure that a message says.
fn failed(message: impl fmt::Display) -> Failure {
    Failure::new(Exit::Failure, Message(message.to_string()))
}

/// Ends with a message.
fn die<T>(message: impl fmt::Display) -> Result<T, Failure> {
    Err(failed(message))
}

/// Prints a message, and goes on. Who does not listen is no reason to stop.
fn warn(context: &mut Context<'_>, message: impl fmt::Display) {
    let _ = writeln!(context.err, "kpatch: {message}");
}

/// Prints the usage, and ends.
fn usage(context: &mut Context<'_>) -> Result<Exit, Failure> {
    write!(context.err, "{USAGE}")?;
    Ok(Exit::Failure)
}

/// Does what the arguments say.
///
/// # Errors
///
/// Why it could not be done.
pub fn run(arguments: &[OsString], context: &mut Context<'_>) -> Result<Exit, Failure> {
    let arguments: Vec<String> = arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    match command(&arguments, context) {
        Ok(exit) => Ok(exit),
        Err(failure) if failure.is_broken_pipe() => Ok(Exit::Success),
        // kpatch knows one status only.
        Err(failure) => Err(Failure::new(Exit::Failure, failure.error)),
    }
}

fn command(arguments: &[&str], context: &mut Context<'_>) -> Result<Exit, Failure> {
    match arguments {
        ["load", "--all"] => load::all(context),
        ["load", module] => load::one(module, context),
        ["unload", "--all"] => unload::all(context),
        ["unload", module] => unload::one(module, context),
        ["install", arguments @ ..] => install::install(arguments, context),
        ["uninstall", arguments @ ..] => install::uninstall(arguments, context),
        ["list"] => list::run(context),
        ["info", module] => info::run(module, context),
        ["signal"] => signal(context),
        ["version" | "-v" | "--version", ..] => {
            writeln!(context.out, "{VERSION}")?;
            Ok(Exit::Success)
        }
        [] | ["load" | "unload" | "list" | "info" | "signal" | "help" | "-h" | "--help", ..] => {
            usage(context)
        }
        [unknown, ..] => {
            writeln!(context.out, "subcommand {unknown} not recognized")?;
            usage(context)
        }
    }
}

/// `kpatch signal`.
fn signal(context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;

    operation::signal(system, &mut Printer::new(context))?;
    Ok(Exit::Success)
}

/// Makes sure that the policy allows a livepatch; one that is to be installed is loaded from that directory later.
fn obey(
    module: &ModuleFile,
    directory: Option<PathBuf>,
    failure: impl fmt::Display,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let policy = match context.policy() {
        Ok(policy) => policy,
        Err(error) => {
            warn(context, error);
            return die(failure);
        }
    };
    let mut subject = Subject::under(&policy, context.system, module);
    if let Some(directory) = directory {
        subject.directory = directory;
    }
    let objections = doctor::objections(&policy, &subject);

    for Finding { what, remedy, .. } in &objections {
        warn(
            context,
            format_args!("{}: {}: {remedy}", module.name(), printable(what)),
        );
    }
    match objections
        .iter()
        .any(|objection| objection.level == Level::Refused)
    {
        true => die(failure),
        false => Ok(()),
    }
}

/// Waits until no other one is at work.
fn lock(context: &Context<'_>) -> Result<Lock, LockError> {
    Lock::take(context.system, LOCK_WAIT)
}

/// What came of something, for the journal.
struct Record {
    outcome: Outcome,
    detail: String,
}

impl Record {
    /// It is done, or why not.
    fn of<T>(outcome: Outcome, result: &Result<T, Failure>) -> Self {
        Self {
            outcome,
            detail: match result {
                Ok(_) => String::new(),
                Err(failure) => failure.error.to_string(),
            },
        }
    }
}

/// Does something that the journal is to tell of. That it cannot be written is no reason not to do it.
fn recorded<T>(
    context: &mut Context<'_>,
    action: Action,
    livepatch: &str,
    work: impl FnOnce(&mut Context<'_>) -> (Record, T),
) -> T {
    let system = context.system;
    let operation = match Operation::begin(system, action, livepatch) {
        Ok(operation) => Some(operation),
        Err(error) => {
            warn(context, error);
            None
        }
    };
    let (Record { outcome, detail }, result) = work(context);

    if let Some(Err(error)) = operation.map(|operation| operation.end(system, outcome, &detail)) {
        warn(context, error);
    }
    result
}
