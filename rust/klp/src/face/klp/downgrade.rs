// SPDX-License-Identifier: GPL-2.0

//! `klp downgrade`: the version of a livepatch's package before the one that is installed.

use std::io;

use serde::Serialize;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::package::{manager_for, Around, Kind, Manager, Package, PackageError, PREFIXES};
use crate::proc::kernel;
use crate::report::{self, OriginError};
use crate::sysfs::patch;
use crate::system::{CommandLine, SystemError};
use crate::text::printable;

/// The arguments of `klp downgrade`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The livepatch; it need not be named if there is one only.
    #[arg(value_name = "LIVEPATCH")]
    pub livepatch: Option<String>,
    /// Only print the command.
    #[arg(long)]
    pub dry_run: bool,
    /// Use this package manager instead of the system's own.
    #[arg(long, value_enum, value_name = "NAME")]
    pub package_manager: Option<Manager>,
}

/// Why there is no way back.
#[derive(Debug, thiserror::Error)]
pub enum DowngradeError {
    /// The kernel has no livepatch.
    #[error("no livepatch is enabled: there is nothing to downgrade")]
    None,
    /// The kernel has several.
    #[error("several livepatches are enabled: name one of {}", .0.join(", "))]
    Several(Vec<String>),
    /// The kernel does not have it.
    #[error("livepatch {0} is not enabled; klp patches lists those that are")]
    NotEnabled(String),
    /// No package has its file.
    #[error("livepatch {0} came in no package: load an older one with klp load, or take it back with klp unload")]
    NoPackage(String),
    /// Its file came in a package of something else.
    #[error("livepatch {livepatch} came in {package}, which is no livepatch package: those are named {}", names())]
    Foreign {
        /// The livepatch.
        livepatch: String,
        /// The package.
        package: Package,
    },
    /// There is no older version.
    #[error("no repository has a version of {0} that is older")]
    Oldest(Package),
    /// Nobody answers.
    #[error("nobody is there to confirm: with -n nothing is asked")]
    NoAnswer,
    /// Nobody wants it.
    #[error("nothing was done")]
    Declined,
    /// The package manager has failed.
    #[error("{command:?} has failed ({status}); klp patches shows what is in force")]
    Failed {
        /// The command.
        command: String,
        /// Its status.
        status: String,
    },
    /// Only root can do it.
    #[error("only root can install packages")]
    Denied,
    /// Files cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// Packages cannot be asked about.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Nobody knows where it came from.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The terminal cannot be used.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[from] io::Error),
}

fn names() -> String {
    PREFIXES.map(|prefix| format!("{prefix}*")).join(", ")
}

#[derive(Serialize)]
struct Report<'a> {
    livepatch: &'a str,
    package: &'a Package,
    previous: &'a str,
    command: Vec<String>,
    done: bool,
}

/// Runs the command: prints what is to be done, and does it if that is confirmed, or nothing is to be asked.
///
/// # Errors
///
/// See [`DowngradeError`].
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    downgrade(args, options, context).map_err(|error| {
        let exit = match error {
            DowngradeError::Denied => Exit::Denied,
            _ => Exit::Failure,
        };
        Failure::new(exit, error)
    })
}

fn downgrade(
    args: &Args,
    options: Options,
    context: &mut Context<'_>,
) -> Result<Exit, DowngradeError> {
    let system = context.system;
    let livepatch = choose(args.livepatch.as_deref(), context)?;
    let release = kernel::release(&system.root)?;
    let Some(origin) = report::origin(system, &release, &livepatch)? else {
        return Err(DowngradeError::NoPackage(livepatch));
    };
    let package = origin.package;
    if !package.is_livepatch() {
        return Err(DowngradeError::Foreign { livepatch, package });
    }
    let manager = args
        .package_manager
        .unwrap_or_else(|| manager_for(system, package.kind));
    if (manager == Manager::Apt) != (package.kind == Kind::Deb) {
        return Err(DowngradeError::Foreign { livepatch, package });
    }
    let Some(previous) = Around::of(manager, system, &package)?.previous else {
        return Err(DowngradeError::Oldest(package));
    };
    let command = manager.get().downgrade(system, &package, &previous);

    if options.format == Format::Text {
        let change = format!("{package} -> {previous}");
        writeln!(context.out, "{}", printable(&change))?;
        writeln!(context.out, "{}", printable(&command.to_string()))?;
        context.out.flush()?;
    }
    if !args.dry_run {
        if !system.is_root() {
            return Err(DowngradeError::Denied);
        }
        if !options.non_interactive {
            confirm(context)?;
        }
        execute(&command, context)?;
    }
    if options.format == Format::Json {
        let report = Report {
            livepatch: &livepatch,
            package: &package,
            previous: &previous,
            command: command
                .0
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
            done: !args.dry_run,
        };
        serde_json::to_writer_pretty(&mut *context.out, &report).map_err(io::Error::from)?;
        writeln!(context.out)?;
    }
    Ok(Exit::Success)
}

/// Returns the livepatch that is meant.
fn choose(name: Option<&str>, context: &Context<'_>) -> Result<String, DowngradeError> {
    let mut enabled: Vec<_> = patch::all(&context.system.root)?
        .into_iter()
        .filter(|patch| patch.enabled)
        .map(|patch| patch.name)
        .collect();

    if let Some(name) = name {
        let name = name.replace('-', "_");
        return match enabled.contains(&name) {
            true => Ok(name),
            false => Err(DowngradeError::NotEnabled(name)),
        };
    }
    match enabled.len() {
        0 | 1 => enabled.pop().ok_or(DowngradeError::None),
        _ => Err(DowngradeError::Several(enabled)),
    }
}

fn confirm(context: &mut Context<'_>) -> Result<(), DowngradeError> {
    write!(context.err, "Do it? [y/N] ")?;
    context.err.flush()?;

    match context.system.commands.answer()? {
        None => Err(DowngradeError::NoAnswer),
        Some(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        Some(_) => Err(DowngradeError::Declined),
    }
}

fn execute(command: &CommandLine, context: &Context<'_>) -> Result<(), DowngradeError> {
    let status = context
        .system
        .commands
        .run(command)
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => PackageError::NotInstalled {
                program: command.program(),
            },
            _ => PackageError::Run {
                command: command.to_string(),
                source,
            },
        })?;

    match status {
        Some(0) => Ok(()),
        status => Err(DowngradeError::Failed {
            command: command.to_string(),
            status: status.map_or_else(|| "killed".to_owned(), |status| status.to_string()),
        }),
    }
}

#[cfg(test)]
mod tests;
