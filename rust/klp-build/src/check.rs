// SPDX-License-Identifier: GPL-2.0

//! `klp-build check`: Proves that a livepatch fits a kernel.
//!
//! ```text
//!  .ko ──► module ──► model ──┐
//!                             ├──► context ──► rules ──► findings ──► text, JSON
//!  kernel ──► target ─────────┘
//! ```
//!
//! Each rule is a module with a function `check()`. A rule sees one livepatch, but for those about a stack of them.
//!
//! What is not known of the kernel is no reason to refuse a livepatch; it is said once for each rule that could not be applied.

pub(crate) mod candidates;
pub mod context;
mod dwarf;
pub mod finding;
pub(crate) mod functions;
mod inlining;
mod klp;
mod machine;
pub mod model;
mod modinfo;
pub mod module;
mod params;
mod prototype;
mod report;
mod source;
mod special;
mod stack;
mod symbols;
pub mod target;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use livepatch_elf::File;
use livepatch_symbols::Kernel;

use self::context::Context;
use self::finding::{Finding, Findings};
use self::model::{Kind, Livepatch};
use self::module::Module;
use self::report::{FileReport, Report};
use self::target::Target;
use crate::Status;

pub use self::report::Format;

/// The arguments of `klp-build check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: crate::target::Target,
    /// A livepatch that is installed when the files are loaded; the oldest first.
    #[arg(long, value_name = "FILE")]
    stack: Vec<PathBuf>,
    /// Check each file for itself: they are not loaded one after the other.
    #[arg(long)]
    each: bool,
    /// The source of the kernel, which tells the files of functions [default: source in the directory of --kernel].
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The livepatches, in the order in which they are loaded.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The kernel cannot be read.
    #[error(transparent)]
    Kernel(#[from] livepatch_symbols::Error),
    /// The type information of the kernel or of a module cannot be read.
    #[error("the type information (BTF) of {object} cannot be read: {source}")]
    Btf {
        /// Whose.
        object: String,
        /// Why.
        source: livepatch_btf::Error,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] livepatch_elf::ReadError),
    /// A file is no module that can be taken apart.
    #[error("{path}: {source}", path = path.display())]
    Elf {
        /// Which.
        path: PathBuf,
        /// Why.
        source: livepatch_elf::Error,
    },
    /// The report cannot be written.
    #[error("cannot write the report: {0}")]
    Write(#[from] io::Error),
    /// Some files could not be checked; the report says why.
    #[error("{unchecked} of {all} files could not be checked")]
    Unchecked {
        /// How many could not.
        unchecked: usize,
        /// How many there were.
        all: usize,
    },
}

impl Error {
    pub(crate) fn btf(object: &str, source: livepatch_btf::Error) -> Self {
        Self::Btf {
            object: object.to_owned(),
            source,
        }
    }

    pub(crate) fn elf(path: &Path, source: livepatch_elf::Error) -> Self {
        Self::Elf {
            path: path.to_owned(),
            source,
        }
    }
}

/// A rule about one livepatch.
type Rule = fn(&Context<'_>, &mut Findings) -> Result<(), Error>;

/// The rules, in the order of their findings.
const RULES: &[Rule] = &[
    machine::check,
    modinfo::check,
    functions::check,
    prototype::check,
    inlining::check,
    symbols::check,
    klp::check,
    special::check,
    params::check,
];

/// A livepatch that was checked for itself.
pub struct Checked {
    /// What it is made of.
    pub livepatch: Livepatch,
    /// What was found.
    pub findings: Findings,
}

/// Checks the livepatch in the file `path`, which holds `bytes`, for itself.
///
/// # Errors
///
/// The file or the kernel cannot be read.
pub fn check(target: &Target<'_>, path: &Path, bytes: &[u8]) -> Result<Checked, Error> {
    let file = File::parse(bytes).map_err(|source| Error::elf(path, source))?;
    let module = Module::new(&file).map_err(|source| Error::elf(path, source))?;
    let name = match file.modinfo_value("name") {
        Some(name) => name.replace('-', "_"),
        None => modinfo::name_of_file(path).unwrap_or_default(),
    };
    let mut findings = Findings::default();
    let layout = target.layout()?;
    let livepatch = model::read(&module, &name, layout).unwrap_or_else(|unreadable| {
        findings.push(Finding::refused(
            "tables",
            format!("its tables are damaged: {unreadable}"),
            "build it again; what is written by hand ends with an entry of zeroes",
        ));
        Livepatch {
            name: name.clone(),
            ..Livepatch::empty(Kind::Damaged)
        }
    });
    let context = Context {
        path,
        module: &module,
        livepatch: &livepatch,
        target,
    };

    for rule in RULES {
        rule(&context, &mut findings)?;
    }
    stack::check_one(&livepatch, &mut findings);
    Ok(Checked {
        livepatch,
        findings,
    })
}

/// Reads a livepatch and checks it for itself.
fn check_file(target: &Target<'_>, path: &Path) -> Result<Checked, Error> {
    let (bytes, _) = livepatch_elf::read(path)?;

    check(target, path, &bytes)
}

/// Checks all files, each for itself and as what is loaded after those before it.
fn check_all(args: &Args, kernel: &Kernel) -> Result<Report, Error> {
    let beside = args
        .target
        .kernel
        .as_ref()
        .map(|directory| directory.join("source"));
    let source = args
        .source
        .clone()
        .or_else(|| beside.filter(|source| source.is_dir()));
    let mut target = Target::new(kernel);
    if let Some(source) = &source {
        target = target.with_source(source);
    }
    let stack = args
        .stack
        .iter()
        .map(|path| Ok(check_file(&target, path)?.livepatch))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut loaded: Vec<Livepatch> = stack;
    let mut files = Vec::new();

    for path in &args.files {
        let mut report = FileReport {
            file: path.display().to_string(),
            name: None,
            refused: false,
            functions: 0,
            error: None,
            findings: Vec::new(),
        };
        match check_file(&target, path) {
            Ok(Checked {
                livepatch,
                mut findings,
            }) => {
                stack::check(
                    &loaded.iter().collect::<Vec<_>>(),
                    &livepatch,
                    &mut findings,
                );
                report.name = Some(livepatch.name.clone());
                report.functions = livepatch.funcs().count();
                report.refused = findings.refuse();
                report.findings = findings.into_vec();
                if !args.each {
                    loaded.push(livepatch);
                }
            }
            // What is wrong with the kernel is wrong for all files.
            Err(error @ (Error::Kernel(_) | Error::Btf { .. })) => return Err(error),
            Err(error) => report.error = Some(error.to_string()),
        }
        files.push(report);
    }
    Ok(Report {
        kernel: kernel.release().ok().map(str::to_owned),
        files,
    })
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(args: &Args, output: &mut dyn Write) -> Result<Status, Error> {
    let kernel = args.target.open()?;
    let report = check_all(args, &kernel)?;

    report.print(args.format, output)?;
    let unchecked = report
        .files
        .iter()
        .filter(|file| file.error.is_some())
        .count();
    if unchecked != 0 {
        return Err(Error::Unchecked {
            unchecked,
            all: report.files.len(),
        });
    }
    Ok(if report.files.iter().any(|file| file.refused) {
        Status::Refused
    } else {
        Status::Clean
    })
}
