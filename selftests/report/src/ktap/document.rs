// SPDX-License-Identifier: GPL-2.0

//! One document: a plan and its results, and those of subtests, which are indented.

use super::line::{Line, TestResult};
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
    is_skipped: bool,
    has_bailed_out: bool,
    /// How many results there were, and what the next one's number is.
    ran: u64,
    next: u64,
    totals: Totals,
    /// What subtests have amounted to whose own result is still to come.
    subtests: Option<Totals>,
}

/// What a document amounts to.
pub(super) struct Outcome {
    pub(super) totals: Totals,
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
            Line::Plan { count, skip } => self.plan(count, skip.is_some()),
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
        let mut totals = level.totals;
        if let Some(subtests) = level.subtests {
            totals.add(&subtests);
        }
        Outcome {
            totals,
            problems: self.problems,
            is_skipped: level.is_skipped,
        }
    }

    fn version(&mut self) {
        let level = self.top();
        if level.has_version || level.plan.is_some() || level.ran != 0 {
            self.problem("a `KTAP version` line in the middle".to_owned());
        }
        self.top().has_version = true;
    }

    fn plan(&mut self, count: u64, is_skipped: bool) {
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
        level.is_skipped = is_skipped;
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
        let mut totals = level.totals;
        if let Some(subtests) = level.subtests {
            totals.add(&subtests);
        }
        let parent = self.top();
        match &mut parent.subtests {
            Some(subtests) => subtests.add(&totals),
            None => parent.subtests = Some(totals),
        }
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
            Some(_) if level.is_skipped => level.totals.skipped += 1,
            Some(_) => {}
        }
        for problem in problems {
            self.problem(problem);
        }
    }

    fn problem(&mut self, problem: String) {
        self.top().totals.fail(problem.clone());
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
        let mut has_failed = !result.is_ok && !result.is_skipped;
        if let Some(mut subtests) = self.subtests.take() {
            has_failed &= subtests.failed == 0;
            for failure in &mut subtests.failures {
                *failure = format!("{name}: {failure}");
            }
            self.totals.add(&subtests);
        } else if result.is_skipped {
            self.totals.skipped += 1;
        } else if result.is_ok {
            self.totals.passed += 1;
        }
        if has_failed {
            self.totals.fail(name);
        }
    }
}
