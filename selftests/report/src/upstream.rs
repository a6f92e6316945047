// SPDX-License-Identifier: GPL-2.0

//! Upstream's livepatch selftests with its own modules in C, the control, and with their twins in
//! Rust, side by side.
//!
//! The same kernel runs both. A case that fails with C says nothing about Rust: it is the kernel's
//! own. Likewise, a case that C skips cannot run here, and Rust may skip it too.

use std::io::{self, Write};

use crate::cli::UpstreamOptions;
use crate::error::Error;
use crate::results::{TestRecord, TestStatus};

const HEADINGS: [&str; 3] = ["case", "C", "Rust"];

/// The width of the columns that say `not ok` or `missing`.
const STATUS_WIDTH: usize = 7;

/// What follows a case that fails with C.
const KERNELS_OWN: &str = "the kernel's own";

/// All cases, with C and with Rust.
pub(crate) struct Comparison {
    /// The release of the kernel.
    release: String,
    rows: Vec<Row>,
    /// What is wrong that no case shows: a suite has none.
    pub(crate) problems: Vec<String>,
}

/// A case. It is missing where it has no status.
struct Row {
    case: String,
    control: Option<TestStatus>,
    twin: Option<TestStatus>,
}

impl Comparison {
    /// Compares the two suites that the options name, case by case.
    ///
    /// The cases are in the order of the control; those that only the twins have come last.
    ///
    /// # Errors
    ///
    /// [`Error::Twice`]: nobody knows which of two results counts.
    pub(crate) fn new(results: &[TestRecord], options: &UpstreamOptions) -> Result<Self, Error> {
        let mut rows: Vec<Row> = Vec::new();
        for (suite, column) in [
            (&options.control, Row::control as Column),
            (&options.twins, Row::twin),
        ] {
            for record in results.iter().filter(|record| record.suite == *suite) {
                let known = rows.iter().position(|row| row.case == record.test);
                let index = known.unwrap_or_else(|| {
                    rows.push(Row::new(&record.test));
                    rows.len() - 1
                });
                if column(&mut rows[index]).replace(record.result).is_some() {
                    return Err(Error::Twice {
                        file: options.results.clone(),
                        suite: suite.clone(),
                        test: record.test.clone(),
                    });
                }
            }
        }
        let problems = [&options.control, &options.twins]
            .into_iter()
            .filter(|suite| !results.iter().any(|record| record.suite == **suite))
            .map(|suite| {
                format!(
                    "{}: there is no case of the suite {suite}; look at what the machine has printed",
                    options.results.display()
                )
            })
            .collect();
        Ok(Self {
            release: options.release.clone(),
            rows,
            problems,
        })
    }

    /// Returns whether both suites have cases, and none fails with Rust but those that are the
    /// kernel's own.
    pub(crate) fn is_good(&self) -> bool {
        let is_good = |row: &Row| row.passes_with_rust() || row.is_kernels_own();
        self.problems.is_empty() && self.rows.iter().all(is_good)
    }

    /// Prints a row for each case, and a last line with the kernel's release and the counts.
    ///
    /// # Errors
    ///
    /// Those of the output.
    pub(crate) fn print(&self, mut output: impl Write) -> io::Result<()> {
        let [case, control, twin] = HEADINGS;
        let names = self.rows.iter().map(|row| row.case.chars().count());
        let width = names.chain([case.len()]).max().unwrap_or_default();
        writeln!(output, "{case:width$}  {control:STATUS_WIDTH$}  {twin}")?;
        for row in &self.rows {
            let (control, twin) = (word(row.control), word(row.twin));
            write!(output, "{:width$}  {control:STATUS_WIDTH$}  ", row.case)?;
            if row.is_kernels_own() {
                writeln!(output, "{twin:STATUS_WIDTH$}  {KERNELS_OWN}")?;
            } else {
                writeln!(output, "{twin}")?;
            }
        }
        let count = |passes: fn(&Row) -> bool| self.rows.iter().filter(|row| passes(row)).count();
        writeln!(
            output,
            "\nupstream livepatch selftests of {release}: C {}/{cases}, Rust {}/{cases}",
            count(Row::passes_with_c),
            count(Row::passes_with_rust),
            release = self.release,
            cases = self.rows.len(),
        )
    }
}

/// Selects a status of a row.
type Column = fn(&mut Row) -> &mut Option<TestStatus>;

impl Row {
    fn new(case: &str) -> Self {
        Self {
            case: case.to_owned(),
            control: None,
            twin: None,
        }
    }

    fn control(&mut self) -> &mut Option<TestStatus> {
        &mut self.control
    }

    fn twin(&mut self) -> &mut Option<TestStatus> {
        &mut self.twin
    }

    fn passes_with_c(&self) -> bool {
        matches!(self.control, Some(TestStatus::Passed | TestStatus::Skipped))
    }

    fn passes_with_rust(&self) -> bool {
        match self.twin {
            Some(TestStatus::Passed) => true,
            Some(TestStatus::Skipped) => self.control == Some(TestStatus::Skipped),
            Some(TestStatus::Failed) | None => false,
        }
    }

    /// Returns whether the case has failed with C. One that is missing there excuses nothing.
    fn is_kernels_own(&self) -> bool {
        self.control == Some(TestStatus::Failed)
    }
}

fn word(status: Option<TestStatus>) -> &'static str {
    match status {
        Some(TestStatus::Passed) => "ok",
        Some(TestStatus::Failed) => "not ok",
        Some(TestStatus::Skipped) => "skip",
        None => "missing",
    }
}

#[cfg(test)]
mod tests;
