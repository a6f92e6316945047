// SPDX-License-Identifier: GPL-2.0

//! Compares livepatches in Rust, made with each back end, with the same livepatches in C.

mod count;
mod error;
mod figure;
mod maker;
mod report;
mod sample;
mod size;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use count::Operation;
use error::Result;

/// Compares livepatches in Rust with the same livepatches in C.
#[derive(Debug, Parser)]
#[command(name = "livepatch-bench", version)]
struct Cli {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print how many nanoseconds of this machine's clock an operation takes: instructions, where
    /// the clock counts those.
    Count {
        /// What to do with the file.
        #[arg(long, value_enum)]
        operation: Operation,
        /// How often.
        #[arg(long)]
        calls: NonZeroU32,
        /// The file to read.
        file: PathBuf,
    },
    /// Print the figures of what was measured, and write them to a file.
    Report {
        /// The kernel that it was measured with.
        #[arg(long)]
        release: String,
        /// Where the stripped modules are, as `<maker>/<livepatch>.ko`.
        #[arg(long, value_name = "DIR")]
        modules: PathBuf,
        /// The file to write.
        #[arg(long, value_name = "FILE")]
        json: PathBuf,
        /// The files of samples.
        #[arg(required = true)]
        samples: Vec<PathBuf>,
    },
}

fn run(cli: Cli) -> Result<()> {
    match cli.action {
        Action::Count {
            operation,
            calls,
            file,
        } => {
            println!("{}", count::count(operation, calls, &file)?);
        }
        Action::Report {
            release,
            modules,
            json,
            samples,
        } => {
            let report = report::Report::new(release, &modules, &samples)?;
            report.write(&json)?;
            print!("{report}");
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("livepatch-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
