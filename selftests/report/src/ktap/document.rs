// SPDX-License-Identifier: GPL-2.0

//! One document: a plan and its results, and those of subtests, which are indented.

use super::line::{Line, TestResult};
use crate::results::TestStatus;
use crate::totals::Totals;

/// A document as far as it has been read.
#[derive(Default)]
pub(super) struct Document {
    /// The document itself, and the subtests that the next line can belong to. Never empty once
    /// there was a line.
    levels: Vec<Level>,
    problems: Vec<String>,
}

/// A document, or the subtests of a test.
#[derive(Default)]
struct Level {
    indent: usize,
    has_version: bool,
    plan: Option<u64>,
    /// Why the plan skips all tests, if it does.
    skip: Option<String>,
    has_bailed_out: bool,
    /// How many results there were, and what the next one's number is.
    ran: u64,
    next: u64,
    tally: Tally,
    /// What subtests have amounted to whose own result is still to come.
    subtests: Option<Tally>,
}

/// Tests as they are counted, and one by one.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) totals: Totals,
    /// The tests that have a result, by their name.
    pub(super) tests: Vec<(String, TestStatus)>,
}

/// What a document amounts to.
pub(super) struct Outcome {
    pub(super) tally: Tally,
    /// What is wrong with the document itself; the totals count it as failures.
    pub(super) problems: Vec<String>,
    /// The plan says that the tests cannot run here.
    pub(super) is_skipped: bool,
}

impl Document {
    /// Reads the next line.
    pub(super) fn line(&mut self, indent: usize, line: Line<'_>) {
        if matches!(line, Line::Other) {
            return;
        }
        while self.levels.len() > 1 && self.top().indent > indent {
            self.close();
        }
        if self.levels.is_empty() || self.top().indent < indent {
            self.levels.push(Level::new(indent));
        }
        match line {
            Line::Version => self.version(),
            Line::Plan { count, skip } => self.plan(count, skip),
            Line::Result(result) => self.result(&result),
            Line::BailOut(reason) => {
                self.top().has_bailed_out = true;
                self.problem(format!("bailed out: {reason}"));
            }
            Line::Suite(_) | Line::SuiteExit { .. } | Line::Other => {}
        }
    }

    /// Ends the document, and says what it amounts to.
    pub(super) fn finish(mut self) -> Outcome {
        if self.levels.is_empty() {
            self.levels.push(Level::new(0));
        }
        while self.levels.len() > 1 {
            self.close();
        }
        self.check();
        let level = self.levels.pop().unwrap_or_default();
        Outcome {
            is_skipped: level.skip.is_some(),
            tally: level.sum(),
            problems: self.problems,
        }
    }

    fn version(&mut self) {
        let level = self.top();
        if level.has_version || level.plan.is_some() || level.ran != 0 {
            self.problem("a `KTAP version` line in the middle".to_owned());
        }
        self.top().has_version = true;
    }

    fn plan(&mut self, count: u64, skip: Option<&str>) {
        let is_skipped = skip.is_some();
        let level = self.top();
        let problem = if level.plan.is_some() {
            Some("a second plan".to_owned())
        } else if level.ran != 0 {
            Some("the plan comes after results".to_owned())
        } else if is_skipped && count != 0 {
            Some(format!("the plan skips all, and has {count} tests"))
        } else if count == 0 && !is_skipped {
            Some("planned no tests, and said no reason".to_owned())
        } else {
            None
        };
        level.plan = Some(count);
        level.skip = skip.map(str::to_owned);
        if let Some(problem) = problem {
            self.problem(problem);
        }
    }

    fn result(&mut self, result: &TestResult<'_>) {
        let level = self.top();
        let expected = level.next;
        let problem = match result.number {
            Some(number) if number == expected => None,
            Some(number) => Some(format!(
                "number {number} where {expected} was due: {}",
                result.name
            )),
            None => Some(format!(
                "no number where {expected} was due: {}",
                result.name
            )),
        };
        level.ran += 1;
        level.next = result.number.unwrap_or(expected).saturating_add(1);
        level.count(result);
        if let Some(problem) = problem {
            self.problem(problem);
        }
    }

    /// Ends the innermost subtests.
    fn close(&mut self) {
        self.check();
        let Some(level) = self.levels.pop() else {
            return;
        };
        let subtests = level.sum();
        self.top()
            .subtests
            .get_or_insert_with(Tally::default)
            .add(subtests);
    }

    /// Checks that the innermost level is whole.
    fn check(&mut self) {
        let level = self.top();
        let ran = level.ran;
        let mut problems = Vec::new();
        if !level.has_version {
            problems.push("there is no `KTAP version` line".to_owned());
        }
        if level.subtests.is_some() {
            problems.push("subtests without the result of their test".to_owned());
        }
        match level.plan {
            None => problems.push("there is no plan".to_owned()),
            Some(planned) if planned != ran && !level.has_bailed_out => {
                problems.push(format!("planned {planned} tests, ran {ran}"));
            }
            // No test has a name then: the reason stands for them.
            Some(_) => {
                if let Some(reason) = level.skip.clone() {
                    level.tally.test(reason, TestStatus::Skipped);
                }
            }
        }
        for problem in problems {
            self.problem(problem);
        }
    }

    fn problem(&mut self, problem: String) {
        self.top().tally.totals.fail(problem.clone());
        self.problems.push(problem);
    }

    fn top(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::new(0));
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }
}

impl Level {
    fn new(indent: usize) -> Self {
        Self {
            indent,
            next: 1,
            ..Self::default()
        }
    }

    /// Counts a result: that of a test, or that of the subtests before it, which count instead.
    fn count(&mut self, result: &TestResult<'_>) {
        let name = match result.name {
            "" => format!("test {}", self.ran),
            name => name.to_owned(),
        };
        let status = match result {
            TestResult {
                is_skipped: true, ..
            } => TestStatus::Skipped,
            TestResult { is_ok: true, .. } => TestStatus::Passed,
            TestResult { is_ok: false, .. } => TestStatus::Failed,
        };
        let Some(subtests) = self.subtests.take() else {
            self.tally.test(name, status);
            return;
        };
        let is_explained = subtests.totals.failed != 0;
        self.tally.add(subtests.of(&name));
        if status == TestStatus::Failed && !is_explained {
            self.tally.test(name, status);
        }
    }

    /// Returns what the level amounts to, with subtests that have no test.
    fn sum(self) -> Tally {
        let mut tally = self.tally;
        if let Some(subtests) = self.subtests {
            tally.add(subtests);
        }
        tally
    }
}

impl Tally {
    /// Counts a test.
    fn test(&mut self, name: String, status: TestStatus) {
        match status {
            TestStatus::Passed => self.totals.passed += 1,
            TestStatus::Failed => self.totals.fail(name.clone()),
            TestStatus::Skipped => self.totals.skipped += 1,
        }
        self.tests.push((name, status));
    }

    fn add(&mut self, more: Self) {
        self.totals.add(&more.totals);
        self.tests.extend(more.tests);
    }

    /// Names what is counted after the test that it is part of.
    fn of(mut self, test: &str) -> Self {
        let names = self.tests.iter_mut().map(|(name, _)| name);
        for name in names.chain(&mut self.totals.failures) {
            *name = format!("{test}: {name}");
        }
        self
    }
}
