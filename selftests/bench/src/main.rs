// SPDX-License-Identifier: GPL-2.0

//! Compares livepatches in Rust, made with each back end, with the same livepatches in C.

mod cost;
mod count;
mod error;
mod figure;
mod large;
mod maker;
mod report;
mod sample;
mod size;

use std::ffi::OsString;
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use count::Operation;
use error::{Error, Result};

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
    /// Write the C source of a livepatch of any size for a kernel.
    Large {
        /// The kernel: a directory that scripts/kernel made.
        #[arg(long, value_name = "DIR")]
        kernel: PathBuf,
        /// How many functions it replaces.
        #[arg(long)]
        functions: usize,
        /// How often it refers to unexported symbols.
        #[arg(long)]
        relocations: usize,
        /// The file to write.
        output: PathBuf,
    },
    /// Run a program, and print what it has cost.
    Cost {
        /// What to call it.
        #[arg(long)]
        name: String,
        /// How often to run it; the least counts, but of memory the most.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
        /// Copy this file before each round.
        #[arg(long, value_names = ["FROM", "TO"], num_args = 2)]
        copy: Vec<PathBuf>,
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
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
        Action::Large {
            kernel,
            functions,
            relocations,
            output,
        } => {
            let name = output.file_stem().unwrap_or_default().to_string_lossy();
            let source = large::source(&kernel, &name, functions, relocations)?;
            fs::write(&output, source).map_err(Error::file("write", &output))?;
        }
        Action::Cost {
            name,
            rounds,
            copy,
            command,
        } => {
            let copy = <[PathBuf; 2]>::try_from(copy)
                .ok()
                .map(|[from, to]| (from, to));
            let cost = cost::least(rounds, copy.as_ref(), &command)?;
            println!("{name}.wall: {:.3} s", cost.wall.as_secs_f64());
            println!("{name}.cpu: {:.3} s", cost.cpu.as_secs_f64());
            println!("{name}.memory: {} MiB", cost.memory.div_ceil(1024));
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
