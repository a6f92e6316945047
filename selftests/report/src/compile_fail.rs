// SPDX-License-Identifier: GPL-2.0

//! Cases that must not compile, and what the compiler must say of them.
//!
//! A case is a file `MISTAKE.rs`, the compiler's output `MISTAKE.log` (`--error-format=json`) and its
//! exit status `MISTAKE.status`. All errors are expected in the case, and nothing else is. A case
//! that expects none is a control: it must compile.

mod diagnostic;
mod expectation;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::totals::Totals;
use diagnostic::CompilerError;
use expectation::Expectation;

/// The status of a compiler that has found errors. Others are those of one that crashed.
const STATUS_ERRORS: i32 = 1;

/// What is wrong with a case.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot read {}: {source}; have the cases compiled", .file.display())]
    Unreadable { file: PathBuf, source: io::Error },

    #[error("line {line}: cannot read the expectation; write `//~ ERROR text`, `//~^ ERROR text` or `//~? ERROR text`")]
    Expectation { line: usize },

    #[error("{}:{line}: this is no diagnostic of the compiler: {text}", .file.display())]
    Log {
        file: PathBuf,
        line: usize,
        text: String,
    },

    #[error("{}: this is no exit status: {text:?}", .file.display())]
    NoStatus { file: PathBuf, text: String },

    #[error("the compiler ended with status {status}, not {expected}")]
    Status { status: i32, expected: i32 },

    #[error("not found: {0}")]
    Missing(Expectation),

    #[error("not expected: {0}")]
    Unexpected(CompilerError),
}

/// Compares all cases with what the compiler has said, and writes the results as KTAP.
///
/// # Errors
///
/// [`Error::File`], [`Error::NoCases`] and [`Error::Output`]. What is wrong with a case is a result.
pub(crate) fn check(cases: &Path, logs: &Path, mut output: impl Write) -> Result<Totals, Error> {
    let names = names(cases)?;
    let mut totals = Totals::new("compile_fail");
    writeln!(output, "KTAP version 1\n1..{}", names.len()).map_err(Error::Output)?;
    for (index, name) in names.iter().enumerate() {
        let failures = check_case(cases, logs, name);
        let number = index + 1;
        if failures.is_empty() {
            totals.passed += 1;
            writeln!(output, "ok {number} {name}").map_err(Error::Output)?;
            continue;
        }
        totals.fail(name.clone());
        writeln!(output, "not ok {number} {name}").map_err(Error::Output)?;
        for line in failures.iter().map(Failure::to_string).flat_map(lines) {
            writeln!(output, "# {line}").map_err(Error::Output)?;
        }
    }
    Ok(totals)
}

/// Splits a message that the compiler has written over several lines.
fn lines(message: String) -> Vec<String> {
    message.lines().map(str::to_owned).collect()
}

/// Returns the names of the cases, in order.
fn names(cases: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(cases).map_err(Error::file("read", cases))?;
    let mut names = Vec::new();
    for entry in entries {
        let file_name = entry.map_err(Error::file("read", cases))?.file_name();
        let name = file_name.to_str().and_then(|name| name.strip_suffix(".rs"));
        names.extend(name.map(str::to_owned));
    }
    if names.is_empty() {
        return Err(Error::NoCases(cases.to_owned()));
    }
    names.sort_unstable();
    Ok(names)
}

fn check_case(cases: &Path, logs: &Path, name: &str) -> Vec<Failure> {
    let case = cases.join(format!("{name}.rs"));
    let log = logs.join(format!("{name}.log"));
    let status = logs.join(format!("{name}.status"));
    let read = || {
        let expectations = expectation::parse_all(&read(&case)?)?;
        let errors = diagnostic::parse_log(&read(&log)?, &log, &tail(&case))?;
        let status = parse_status(&read(&status)?, &status)?;
        Ok((expectations, errors, status))
    };
    match read() {
        Ok((expectations, errors, status)) => compare(&expectations, errors, status),
        Err(failure) => vec![failure],
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|source| Failure::Unreadable {
        file: file.to_owned(),
        source,
    })
}

fn parse_status(text: &str, file: &Path) -> Result<i32, Failure> {
    text.trim().parse().map_err(|_| Failure::NoStatus {
        file: file.to_owned(),
        text: text.to_owned(),
    })
}

/// Returns the end of the path that the compiler calls the case by: it may have been given another
/// name of the same directory, or have remapped it.
fn tail(case: &Path) -> PathBuf {
    let case = case.canonicalize().unwrap_or_else(|_| case.to_owned());
    let directory = case.parent().and_then(Path::file_name).unwrap_or_default();
    Path::new(directory).join(case.file_name().unwrap_or_default())
}

/// Compares what was expected with what there is.
///
/// One expectation can stand for several errors: the compiler says some things once for each type
/// that they are true of, and not every version of it the same number of times.
fn compare(expectations: &[Expectation], errors: Vec<CompilerError>, status: i32) -> Vec<Failure> {
    let mut failures = Vec::new();
    let expected = if expectations.is_empty() {
        0
    } else {
        STATUS_ERRORS
    };
    if status != expected {
        failures.push(Failure::Status { status, expected });
    }
    for expectation in expectations {
        if !errors.iter().any(|error| expectation.matches(error)) {
            failures.push(Failure::Missing(expectation.clone()));
        }
    }
    for error in errors {
        if !expectations.iter().any(|expected| expected.matches(&error)) {
            failures.push(Failure::Unexpected(error));
        }
    }
    failures
}

#[cfg(test)]
mod tests;
