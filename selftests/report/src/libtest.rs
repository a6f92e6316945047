// SPDX-License-Identifier: GPL-2.0

//! The output of `cargo test`: several test programs, each with libtest's lines for people.
//!
//! ```text
//! running 2 tests
//! test one ... ok
//! test two ... FAILED
//! test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
//! ```

use crate::totals::Totals;
use crate::{Judge, Verdict};

/// The output so far.
pub(crate) struct Output {
    totals: Totals,
    problems: Vec<String>,
    /// How many tests the program that is running announced.
    announced: Option<u64>,
    /// Which of them failed.
    failures: Vec<String>,
    has_results: bool,
}

/// What a line says of a whole test program.
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Output {
    /// Begins the output that the summary calls `suite`.
    pub(crate) fn new(suite: &str) -> Self {
        Self {
            totals: Totals::new(suite),
            problems: Vec::new(),
            announced: None,
            failures: Vec::new(),
            has_results: false,
        }
    }

    fn problem(&mut self, problem: String) {
        self.totals.fail(problem.clone());
        self.problems.push(problem);
    }

    fn begin(&mut self, announced: u64) {
        self.end_without_result();
        self.announced = Some(announced);
    }

    fn end(&mut self, result: &str) {
        self.has_results = true;
        let announced = self.announced.take();
        let failures = std::mem::take(&mut self.failures);
        let Some(counts) = Counts::parse(result) else {
            self.problem(format!("this is no result of a test program: {result}"));
            return;
        };
        let ran = counts.passed + counts.failed + counts.ignored;
        if announced != Some(ran) {
            let announced = announced.unwrap_or(0);
            self.problem(format!(
                "a test program announced {announced} tests and has results of {ran}"
            ));
        }
        self.totals.passed += counts.passed;
        self.totals.skipped += counts.ignored;
        let named = failures.len() as u64;
        for failure in failures {
            self.totals.fail(failure);
        }
        // What a test prints can spoil the line with its name.
        for _ in named..counts.failed {
            self.totals
                .fail("a test whose name was not readable".to_owned());
        }
        if counts.failed == 0 && (named != 0 || !result.starts_with("ok.")) {
            self.problem(format!("a test program contradicts itself: {result}"));
        }
    }

    fn end_without_result(&mut self) {
        for failure in std::mem::take(&mut self.failures) {
            self.totals.fail(failure);
        }
        if let Some(announced) = self.announced.take() {
            self.problem(format!(
                "a test program ended in the middle of its {announced} tests"
            ));
        }
    }
}

impl Judge for Output {
    fn line(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.end(result);
        } else if let Some(announced) = announced(line) {
            self.begin(announced);
        } else if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            self.failures.push(name.to_owned());
        } else if let Some(what) = line.strip_prefix("error: could not compile ") {
            self.problem(format!("could not compile {what}"));
        }
    }

    fn finish(mut self) -> Verdict {
        self.end_without_result();
        if !self.has_results && self.problems.is_empty() {
            self.problem("no test program has run".to_owned());
        }
        Verdict {
            totals: self.totals,
            problems: self.problems,
            results: Vec::new(),
        }
    }
}

/// Parses `running 3 tests`.
fn announced(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("running ")?;
    let (count, _) = rest
        .split_once(' ')
        .filter(|(_, unit)| matches!(*unit, "test" | "tests"))?;
    count.parse().ok()
}

impl Counts {
    /// Parses what follows `test result: `.
    fn parse(result: &str) -> Option<Self> {
        let (_, counts) = result.split_once(". ")?;
        let count = |what: &str| {
            counts.split("; ").find_map(|part| {
                let (count, unit) = part.split_once(' ')?;
                (unit == what).then(|| count.parse::<u64>().ok())?
            })
        };
        Some(Self {
            // A measurement is a test that passed.
            passed: count("passed")? + count("measured")?,
            failed: count("failed")?,
            ignored: count("ignored")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
     Running unittests src/lib.rs (target/debug/deps/one-0123456789abcdef)

running 3 tests
test one ... ok
test two ... ok
test three ... ignored, takes long

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
";
    const BAD: &str = "
running 2 tests
test tests::one ... ok
test tests::two ... FAILED

failures:

---- tests::two stdout ----
assertion failed

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

error: test failed, to rerun pass `--lib`
";

    fn judge(text: &str) -> Verdict {
        let mut output = Output::new("host");
        text.lines().for_each(|line| output.line(line));
        output.finish()
    }

    fn counts(totals: &Totals) -> [u64; 3] {
        [totals.passed, totals.failed, totals.skipped]
    }

    #[test]
    fn programs_are_added_up() {
        let verdict = judge(&[GOOD, BAD, GOOD].concat());
        assert_eq!(counts(&verdict.totals), [5, 1, 2]);
        assert_eq!(verdict.totals.failures, ["tests::two"]);
        assert!(verdict.problems.is_empty());
    }

    #[test]
    fn all_is_well() {
        let verdict = judge(GOOD);
        assert_eq!(counts(&verdict.totals), [2, 0, 1]);
        assert!(verdict.totals.failures.is_empty());
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        let died = &BAD[..BAD.find("failures:").unwrap()];
        let verdict = judge(&[died, GOOD].concat());
        assert_eq!(
            verdict.totals.failures,
            [
                "tests::two",
                "a test program ended in the middle of its 2 tests"
            ]
        );
        assert_eq!(judge(&[GOOD, died].concat()).totals.failed, 2);
    }

    #[test]
    fn tests_without_a_result_are_a_failure() {
        let verdict = judge(&GOOD.replace("running 3", "running 4"));
        assert_eq!(
            verdict.problems,
            ["a test program announced 4 tests and has results of 3"]
        );
    }

    #[test]
    fn a_result_that_contradicts_itself_is_a_failure() {
        let verdict = judge(&GOOD.replace("result: ok.", "result: FAILED."));
        assert_eq!(verdict.totals.failed, 1);
        let verdict = judge(&GOOD.replace("two ... ok", "two ... FAILED"));
        assert_eq!(verdict.totals.failed, 2);
    }

    #[test]
    fn an_unreadable_name_is_a_failure_all_the_same() {
        let verdict = judge(&BAD.replace("two ... FAILED", "two ... noise\nFAILED"));
        assert_eq!(counts(&verdict.totals), [1, 1, 0]);
    }

    #[test]
    fn an_unreadable_result_is_a_failure() {
        let verdict = judge("running 0 tests\ntest result: ok. no failure\n");
        assert_eq!(verdict.totals.failed, 1);
    }

    #[test]
    fn what_does_not_compile_is_a_failure() {
        let verdict = judge("error: could not compile `one` (lib test) due to 1 previous error\n");
        assert_eq!(
            verdict.totals.failures,
            ["could not compile `one` (lib test) due to 1 previous error"]
        );
    }

    #[test]
    fn silence_is_a_failure() {
        assert_eq!(judge("").totals.failures, ["no test program has run"]);
    }
}
