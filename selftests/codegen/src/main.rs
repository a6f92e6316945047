// SPDX-License-Identifier: GPL-2.0

//! Looks whether objects have what their kernel's C objects have.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use livepatch_codegen_check::{check, read_rules, Error, Object, Report};

/// Looks whether objects have what their kernel's C objects have; the result is KTAP.
#[derive(Debug, Parser)]
#[command(name = "codegen-check", version)]
struct Cli {
    /// What `codegen derive` has written for the kernel.
    #[arg(long, value_name = "DIR")]
    rules: PathBuf,
    /// Modules, or other object files.
    #[arg(required = true)]
    objects: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(report) => {
            print!("{report}");
            if report.is_clean() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("codegen-check: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<Report, Error> {
    let mechanisms = read_rules(&cli.rules)?;
    let mut report = Report::default();
    for path in &cli.objects {
        let object = Object::read(path)?;
        report.add(&name(path), check(&object, &mechanisms));
    }
    Ok(report)
}

/// Returns the name of a file in the report.
fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
