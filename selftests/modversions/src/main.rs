// SPDX-License-Identifier: GPL-2.0

//! Compares the symbol versions in modules with those of the kernel that they are for, as KTAP.
//!
//! ```text
//!   *.ko: undefined symbols, versions ──┐
//!                                       ├─► one result a module
//!   Module.symvers: versions ───────────┘
//! ```
//!
//! The exit status is 0 if all is well, 1 if a version is wrong, and 2 if there is no telling.

mod compare;
mod error;
mod module;
mod symvers;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use error::{Error, Result};
use module::Module;
use symvers::Symvers;

/// The exit status when nothing could be compared, which is clap's for wrong arguments too.
const EXIT_ERROR: u8 = 2;

/// Compares the symbol versions in modules with those of the kernel that they are for, as KTAP.
#[derive(Parser)]
struct Cli {
    /// The build tree of the kernel.
    #[arg(long, value_name = "DIR")]
    tree: PathBuf,
    /// Where the modules were built.
    #[arg(long, value_name = "DIR")]
    modules: PathBuf,
}

/// Adds the modules below a directory, in order, and follows no links.
fn find_modules(directory: &Path, modules: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(directory).map_err(error::read(directory))?;
    let mut entries = entries
        .collect::<io::Result<Vec<_>>>()
        .map_err(error::read(directory))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(error::read(&path))?;
        if kind.is_dir() {
            find_modules(&path, modules)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "ko") {
            modules.push(path);
        }
    }
    Ok(())
}

fn has_versions(tree: &Path) -> Result<bool> {
    let file = tree.join("include/config/auto.conf");
    let config = fs::read_to_string(&file).map_err(error::read(&file))?;
    Ok(config.lines().any(|line| line == "CONFIG_MODVERSIONS=y"))
}

fn run(cli: &Cli, mut output: impl Write) -> Result<bool> {
    writeln!(output, "KTAP version 1").map_err(Error::Output)?;
    if !has_versions(&cli.tree)? {
        writeln!(output, "1..0 # SKIP this kernel has no CONFIG_MODVERSIONS")
            .map_err(Error::Output)?;
        return Ok(true);
    }
    let mut symvers = Symvers::default();
    symvers.add(&cli.tree.join("Module.symvers"))?;
    // What the modules export to each other.
    symvers.add(&cli.modules.join("Module.symvers"))?;
    let mut modules = Vec::new();
    find_modules(&cli.modules, &mut modules)?;
    if modules.is_empty() {
        return Err(Error::NoModules(cli.modules.clone()));
    }
    let mut good = true;
    writeln!(output, "1..{}", modules.len()).map_err(Error::Output)?;
    for (index, path) in modules.iter().enumerate() {
        let differences = compare::compare(&Module::read(path)?, &symvers);
        let name = path.strip_prefix(&cli.modules).unwrap_or(path).display();
        let result = if differences.is_empty() {
            "ok"
        } else {
            "not ok"
        };
        writeln!(output, "{result} {} {name}", index + 1).map_err(Error::Output)?;
        for difference in &differences {
            writeln!(output, "# {difference}").map_err(Error::Output)?;
        }
        good &= differences.is_empty();
    }
    Ok(good)
}

fn main() -> ExitCode {
    match run(&Cli::parse(), io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("modversions: {error}");
            ExitCode::from(EXIT_ERROR)
        }
    }
}

#[cfg(test)]
mod tests;
