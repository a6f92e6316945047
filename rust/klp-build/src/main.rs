// SPDX-License-Identifier: GPL-2.0

//! The command line of `klp-build`.
//!
//! The exit status is 0 if all is well, 1 if something was refused, and 2 if there is no telling.

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use klp_build::{bindings, check, info, link, new, sign, Status};

/// The exit status when a command could not do its work, which is clap's for wrong arguments too.
const EXIT_ERROR: u8 = 2;

/// Proves that a livepatch fits its kernel, and gives it its klp relocations and its note.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Give modules their klp relocations and their note, in place.
    Link(link::Args),
    /// Prove that livepatches fit a kernel.
    Check(Box<check::Args>),
    /// Make Rust types from the type information of a kernel.
    Bindings(Box<bindings::Args>),
    /// Print what a livepatch says of itself.
    Info(info::Args),
    /// Make a new fix for a function of a kernel.
    New(Box<new::Args>),
    /// Sign modules.
    Sign(sign::Args),
}

fn run(command: &Command) -> Result<Status, Box<dyn Error>> {
    let output = &mut io::stdout().lock();

    Ok(match command {
        Command::Link(args) => link::run(args, output)?,
        Command::Check(args) => check::run(args, output)?,
        Command::Bindings(args) => bindings::run(args, output)?,
        Command::Info(args) => info::run(args, output)?,
        Command::New(args) => new::run(args, output)?,
        Command::Sign(args) => sign::run(args, output)?,
    })
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(Status::Clean) => ExitCode::SUCCESS,
        Ok(Status::Refused) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("klp-build: {error}");
            ExitCode::from(EXIT_ERROR)
        }
    }
}
