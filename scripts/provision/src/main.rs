// SPDX-License-Identifier: GPL-2.0

//! Chooses a distribution's kernel from its archive, and proves and records what was made of it.
//!
//! `scripts/kernel` drives it and does the fetching and building; every decision is made here.

mod archive;
mod choose;
mod config;
mod error;
mod files;
mod record;
mod symbols;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::archive::Archive;
use crate::choose::{Kernel, Plan, Request};
use crate::config::Config;
use crate::error::Result;
use crate::record::Record;

/// Chooses a distribution's kernel, and proves that its build tree is the kernel's own.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Choose a kernel from apt's indexes and write the plan: its packages, with versions, sizes and checksums.
    Choose {
        /// This release, of any suite and flavour, or the stock kernel of the suite of this name, instead of the newest
        /// complete one.
        #[arg(long, value_name = "RELEASE|SUITE")]
        kernel: Option<String>,
        /// The architecture, as Debian calls it.
        #[arg(long, default_value = "amd64")]
        arch: String,
        /// The flavour of the newest one, or of the stock kernel.
        #[arg(long, default_value = "amd64")]
        flavour: String,
        /// The suite that the newest one is looked for in.
        #[arg(long, default_value = "trixie-backports")]
        suite: String,
        /// Where to write the plan.
        #[arg(long)]
        output: PathBuf,
    },
    /// Print the packages of a plan, one a line: name, version, SHA-256, size, file.
    Packages {
        /// The plan.
        #[arg(long)]
        plan: PathBuf,
        /// Which part of it.
        part: Part,
    },
    /// Print a value of a kernel's configuration.
    Config {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// Which value; an empty line when the kernel has none.
        value: ConfigValue,
    },
    /// Prove that the Rust symbols of a prepared tree equal those the kernel exports; print how many there are.
    VerifySymbols {
        /// The prepared build tree.
        #[arg(long)]
        tree: PathBuf,
        /// The distribution's Module.symvers.
        #[arg(long)]
        symvers: PathBuf,
        /// The distribution's configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Write the record of a provisioned kernel, kernel.json.
    Record {
        /// The plan it was made from.
        #[arg(long)]
        plan: PathBuf,
        /// The directory that holds it.
        #[arg(long)]
        directory: PathBuf,
        /// How many Rust symbols were proven equal.
        #[arg(long)]
        rust_symbols: Option<usize>,
        /// The kernel was built here, from the source of the plan, and is this release.
        #[arg(long, value_name = "RELEASE")]
        built: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    /// Image, configuration and modules.
    Image,
    /// What modules are built with.
    Headers,
    /// The source.
    Source,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ConfigValue {
    /// The version of its rustc.
    Rustc,
    /// The command that its C compiler was called by.
    Cc,
    /// What that C compiler says of itself.
    CcText,
}

/// The exit status when the archive lacks the kernel that was asked for: `scripts/kernel` hands it on.
const GONE: u8 = 75;

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(output) => {
            print!("{output}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("provision: {error}");
            if error.is_gone() {
                ExitCode::from(GONE)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

/// Does what was asked, and gives what is to be printed.
fn run(action: Action) -> Result<String> {
    match action {
        Action::Choose {
            kernel,
            arch,
            flavour,
            suite,
            output,
        } => {
            let request = Request {
                kernel: kernel.map_or(Kernel::Newest(suite), |name| Kernel::named(&name)),
                architecture: arch,
                flavour,
            };
            let plan = choose::choose(&Archive::from_apt()?, &request)?;
            files::write_json(&output, &plan)?;
            Ok(describe(&plan))
        }
        Action::Packages { plan, part } => {
            let plan: Plan = files::read_json(&plan)?;
            let packages = match part {
                Part::Image => plan.image,
                Part::Headers => plan.headers,
                Part::Source => plan.source.into_iter().collect(),
            };
            let line = |p: &archive::Package| {
                format!(
                    "{} {} {} {} {}\n",
                    p.name, p.version, p.sha256, p.size, p.file
                )
            };
            Ok(packages.iter().map(line).collect())
        }
        Action::Config { config, value } => {
            let config = Config::read(&config)?;
            let value = match value {
                ConfigValue::Rustc => config.rustc_version().unwrap_or_default(),
                ConfigValue::Cc => config.cc()?,
                ConfigValue::CcText => config.cc_text()?,
            };
            Ok(format!("{value}\n"))
        }
        Action::VerifySymbols {
            tree,
            symvers,
            config,
        } => {
            let verified = symbols::verify(&tree, &symvers, &config)?;
            Ok(format!("{}\n", verified.symbols))
        }
        Action::Record {
            plan,
            directory,
            rust_symbols,
            built,
        } => {
            let mut plan: Plan = files::read_json(&plan)?;
            if let Some(release) = built {
                plan = plan.built(release);
            }
            let record = Record::new(&directory, plan, rust_symbols)?;
            files::write_json(&directory.join("kernel.json"), &record)?;
            Ok(format!("{}\n", record.vmlinuz_sha256))
        }
    }
}

/// A choice, for people.
fn describe(plan: &Plan) -> String {
    let mut text = format!(
        "{} (packages {} of {}{})\n",
        plan.release,
        plan.version,
        plan.suite,
        if plan.signed { "" } else { ", unsigned image" }
    );
    for skipped in &plan.skipped {
        text += &format!("  passed over {skipped}\n");
    }
    text
}
