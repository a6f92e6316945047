// SPDX-License-Identifier: GPL-2.0

//! Documents one after the other.

use super::document::{Document, Outcome};
use super::line::Line;
use crate::results::TestRecord;
use crate::totals::Totals;
use crate::{Judge, Verdict};

/// The status of a test script that cannot run here, as kselftest has it.
const EXIT_SKIP: i32 = 4;

/// A stream as far as it has been read.
pub(crate) struct Stream {
    totals: Totals,
    problems: Vec<String>,
    results: Vec<TestRecord>,
    current: Option<Current>,
    has_documents: bool,
}

/// The document that is being read, and the script that it comes from if that is known.
struct Current {
    suite: Option<String>,
    document: Document,
}

impl Stream {
    /// Begins the stream that the summary calls `suite`.
    pub(crate) fn new(suite: &str) -> Self {
        Self {
            totals: Totals::new(suite),
            problems: Vec::new(),
            results: Vec::new(),
            current: None,
            has_documents: false,
        }
    }

    fn begin(&mut self, suite: Option<&str>) -> &mut Current {
        self.has_documents = true;
        self.current.insert(Current {
            suite: suite.map(str::to_owned),
            document: Document::default(),
        })
    }

    /// Ends the document that was being read, if there is one, before its script has ended.
    fn interrupt(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        let outcome = current.document.finish();
        self.add(current.suite.as_deref(), outcome);
        if let Some(suite) = current.suite {
            self.problem(format!("{suite}: cut off before it ended"));
        }
    }

    /// Ends the document of a script that has ended.
    fn end(&mut self, name: &str, status: Option<i32>) {
        let is_it = |current: &mut Current| current.suite.as_deref() == Some(name);
        let Some(current) = self.current.take_if(is_it) else {
            self.problem(format!("{name}: ended without having begun"));
            return;
        };
        let outcome = current.document.finish();
        let is_skipped = outcome.is_skipped;
        let has_failed = outcome.tally.totals.failed != 0;
        self.add(Some(name), outcome);
        let problem = match status {
            Some(0) => None,
            Some(EXIT_SKIP) if is_skipped => None,
            // The script says what is known already.
            Some(_) if has_failed => None,
            Some(status) => Some(format!("{name}: ended with status {status}")),
            None => Some(format!("{name}: ended without a status")),
        };
        if let Some(problem) = problem {
            self.problem(problem);
        }
    }

    fn add(&mut self, suite: Option<&str>, outcome: Outcome) {
        let in_suite = |what: &String| match suite {
            Some(suite) => format!("{suite}: {what}"),
            None => what.clone(),
        };
        let mut totals = outcome.tally.totals;
        totals.failures = totals.failures.iter().map(in_suite).collect();
        self.totals.add(&totals);
        self.problems.extend(outcome.problems.iter().map(in_suite));
        let suite = suite.unwrap_or(&self.totals.suite);
        let records = outcome.tally.tests.into_iter();
        self.results
            .extend(records.map(|(test, result)| TestRecord {
                suite: suite.to_owned(),
                test,
                result,
            }));
    }

    fn problem(&mut self, problem: String) {
        self.totals.fail(problem.clone());
        self.problems.push(problem);
    }
}

impl Judge for Stream {
    fn line(&mut self, line: &str) {
        match Line::parse(line) {
            (_, Line::Other) => {}
            (_, Line::Suite(name)) => {
                self.interrupt();
                self.begin(Some(name));
            }
            (_, Line::SuiteExit { name, status }) => self.end(name, status),
            (indent, line) => {
                let current = match &mut self.current {
                    Some(current) => current,
                    None => self.begin(None),
                };
                current.document.line(indent, line);
            }
        }
    }

    fn finish(mut self) -> Verdict {
        self.interrupt();
        if !self.has_documents {
            self.problem("there is no KTAP".to_owned());
        }
        Verdict {
            totals: self.totals,
            problems: self.problems,
            results: self.results,
        }
    }
}

#[cfg(test)]
mod tests;
