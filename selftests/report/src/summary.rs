// SPDX-License-Identifier: GPL-2.0

//! The table at the end.

use std::io::{self, Write};

use crate::error::Error;
use crate::totals::Totals;

const HEADINGS: [&str; 4] = ["suite", "passed", "failed", "skipped"];

/// Prints the totals of each suite, the failures, and a last line to be read by other programs.
///
/// Returns whether something ran and nothing failed.
///
/// # Errors
///
/// [`Error::Output`].
pub(crate) fn print(suites: &[Totals], output: impl Write) -> Result<bool, Error> {
    let suites = merge(suites);
    let mut all = Totals::default();
    for suite in &suites {
        all.add(suite);
    }
    write(&suites, &all, output).map_err(Error::Output)?;
    // Tests that were all skipped prove nothing.
    Ok(all.failed == 0 && all.failures.is_empty() && all.passed != 0)
}

/// Adds up the totals that have the same name, in the order in which the names appear first.
fn merge(totals: &[Totals]) -> Vec<Totals> {
    let mut suites: Vec<Totals> = Vec::new();
    for more in totals {
        match suites.iter_mut().find(|suite| suite.suite == more.suite) {
            Some(suite) => suite.add(more),
            None => suites.push(more.clone()),
        }
    }
    suites
}

fn write(suites: &[Totals], all: &Totals, mut output: impl Write) -> io::Result<()> {
    let [name, passed, failed, skipped] = HEADINGS;
    let names = suites.iter().map(|suite| suite.suite.chars().count());
    let width = names.chain([name.len()]).max().unwrap_or_default();
    writeln!(
        output,
        "{name:width$}  {passed:>7}  {failed:>7}  {skipped:>7}"
    )?;
    for suite in suites {
        writeln!(
            output,
            "{:width$}  {:>7}  {:>7}  {:>7}",
            suite.suite, suite.passed, suite.failed, suite.skipped
        )?;
    }
    if !all.failures.is_empty() {
        writeln!(output, "\nfailed:")?;
    }
    for suite in suites {
        for failure in &suite.failures {
            writeln!(output, "  {}: {failure}", suite.suite)?;
        }
    }
    write!(output, "\n{} passed, {} failed", all.passed, all.failed)?;
    if all.skipped != 0 {
        write!(output, ", {} skipped", all.skipped)?;
    }
    writeln!(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(suite: &str, passed: u64, skipped: u64, failures: &[&str]) -> Totals {
        let mut totals = Totals::new(suite);
        totals.passed = passed;
        totals.skipped = skipped;
        for failure in failures {
            totals.fail((*failure).to_owned());
        }
        totals
    }

    fn printed(suites: &[Totals]) -> (bool, String) {
        let mut output = Vec::new();
        let is_good = print(suites, &mut output).unwrap();
        (is_good, String::from_utf8(output).unwrap())
    }

    #[test]
    fn the_last_line_is_the_sum() {
        let (is_good, text) = printed(&[totals("one", 3, 0, &[]), totals("two", 4, 0, &[])]);
        assert!(is_good);
        assert!(text.ends_with("\n7 passed, 0 failed\n"), "{text}");
    }

    #[test]
    fn the_last_line_says_what_was_skipped() {
        let (is_good, text) = printed(&[totals("one", 3, 2, &[])]);
        assert!(is_good);
        assert!(
            text.ends_with("\n3 passed, 0 failed, 2 skipped\n"),
            "{text}"
        );
    }

    #[test]
    fn failures_are_named() {
        let (is_good, text) = printed(&[totals("one", 3, 0, &["that"]), totals("two", 1, 0, &[])]);
        assert!(!is_good);
        assert!(text.contains("\n  one: that\n"), "{text}");
        assert!(text.ends_with("\n4 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn a_suite_has_one_row() {
        let (_, text) = printed(&[
            totals("vm", 3, 0, &[]),
            totals("other", 1, 0, &[]),
            totals("vm", 4, 1, &[]),
        ]);
        let rows: Vec<Vec<&str>> = text
            .lines()
            .take(3)
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows,
            [
                vec!["suite", "passed", "failed", "skipped"],
                vec!["vm", "7", "0", "1"],
                vec!["other", "1", "0", "0"],
            ]
        );
    }

    #[test]
    fn nothing_that_ran_is_a_failure() {
        for suites in [vec![], vec![totals("one", 0, 5, &[])]] {
            let (is_good, _) = printed(&suites);
            assert!(!is_good);
        }
        assert!(printed(&[]).1.ends_with("\n0 passed, 0 failed\n"));
    }
}
