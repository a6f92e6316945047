// SPDX-License-Identifier: GPL-2.0

//! Judges what the tests print, and sums it up.
//!
//! ```text
//!   tests in the VM ──KTAP──► ktap ─────────┐
//!   cargo test ─────────────► cargo ────────┼─► totals, a line of JSON each ──► summary
//!   rustc's diagnostics ────► compile-fail ─┘
//!
//!   ktap ─► results, a line of JSON a test ─► upstream, table
//! ```
//!
//! The exit status is 0 if all is well, 1 if a test failed, and 2 if there is no telling.

mod cli;
mod compile_fail;
mod error;
mod ktap;
mod libtest;
mod pass_through;
mod records;
mod results;
mod summary;
mod table;
mod totals;
mod upstream;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use cli::{Action, CasesOptions, Cli, KtapOptions, StreamOptions, TableOptions, UpstreamOptions};
use error::Error;
use pass_through::pass_through;
use results::TestRecord;
use table::{Column, Table};
use totals::Totals;
use upstream::Comparison;

/// The exit status when nothing could be judged, which is clap's for wrong arguments too.
const EXIT_ERROR: u8 = 2;

/// What a stream of test output amounts to.
struct Verdict {
    totals: Totals,
    /// What is wrong with the stream itself. It cannot be read in it.
    problems: Vec<String>,
    /// The results that the stream says test by test: those of KTAP.
    results: Vec<TestRecord>,
}

/// Something that reads test output line by line.
trait Judge {
    fn line(&mut self, line: &str);
    fn finish(self) -> Verdict;
}

fn stream(
    mut judge: impl Judge,
    totals: Option<&Path>,
    results: Option<&Path>,
) -> Result<bool, Error> {
    pass_through(io::stdin().lock(), io::stdout().lock(), |line| {
        judge.line(line);
    })?;
    let verdict = judge.finish();
    complain(&verdict.problems);
    if let Some(file) = results {
        results::append(&verdict.results, file)?;
    }
    record(&verdict.totals, totals)
}

fn compile_fail(options: &CasesOptions) -> Result<bool, Error> {
    let totals = compile_fail::check(&options.cases, &options.logs, io::stdout().lock())?;
    record(&totals, options.totals.as_deref())
}

fn record(totals: &Totals, file: Option<&Path>) -> Result<bool, Error> {
    if let Some(file) = file {
        totals.append(file)?;
    }
    Ok(totals.failures.is_empty())
}

fn upstream(options: &UpstreamOptions) -> Result<bool, Error> {
    let results = results::read_all(&options.results)?;
    let comparison = Comparison::new(&results, options)?;
    complain(&comparison.problems);
    comparison
        .print(io::stdout().lock())
        .map_err(Error::Output)?;
    Ok(comparison.is_good())
}

fn table(options: &TableOptions) -> Result<bool, Error> {
    let columns = options
        .columns
        .iter()
        .map(|(heading, file)| {
            Ok(Column {
                heading: heading.clone(),
                results: results::read_all(file)?,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let table = Table(&columns);
    write!(io::stdout().lock(), "{table}").map_err(Error::Output)?;
    if let Some(document) = &options.update {
        table.put_into(document, &options.name)?;
    }
    Ok(table.is_good())
}

fn complain(problems: &[String]) {
    for problem in problems {
        eprintln!("selftest-report: {problem}");
    }
}

fn go(action: Action) -> Result<bool, Error> {
    match action {
        Action::Ktap(KtapOptions {
            stream: StreamOptions { suite, totals },
            results,
        }) => stream(
            ktap::Stream::new(&suite),
            totals.as_deref(),
            results.as_deref(),
        ),
        Action::Cargo(StreamOptions { suite, totals }) => {
            stream(libtest::Output::new(&suite), totals.as_deref(), None)
        }
        Action::Summary { file } => summary::print(&Totals::read_all(&file)?, io::stdout().lock()),
        Action::Upstream(options) => upstream(&options),
        Action::Table(options) => table(&options),
        Action::CompileFail(options) => compile_fail(&options),
    }
}

fn main() -> ExitCode {
    match go(Cli::parse().action) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("selftest-report: {error}");
            ExitCode::from(EXIT_ERROR)
        }
    }
}
