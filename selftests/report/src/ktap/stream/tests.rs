// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::results::TestStatus::{self, Failed, Passed, Skipped};

fn judge(text: &str) -> Verdict {
    let mut stream = Stream::new("vm");
    text.lines().for_each(|line| stream.line(line));
    stream.finish()
}

/// Returns the passed, failed and skipped tests, and the failures.
fn totals(text: &str) -> ([u64; 3], Vec<String>) {
    let totals = judge(text).totals;
    (
        [totals.passed, totals.failed, totals.skipped],
        totals.failures,
    )
}

/// Checks the result of each test.
fn results(text: &str, expected: &[(&str, &str, TestStatus)]) {
    let results = judge(text).results;
    let results: Vec<_> = results
        .iter()
        .map(|record| (&*record.suite, &*record.test, record.result))
        .collect();
    assert_eq!(results, expected, "{text}");
}

/// Checks that nothing is wrong but what is listed, and that it counts as failures.
fn problems(text: &str, expected: &[&str]) {
    let verdict = judge(text);
    assert_eq!(verdict.problems, expected, "{text}");
    assert_eq!(verdict.totals.failures, expected, "{text}");
    assert_eq!(verdict.totals.failed, expected.len() as u64, "{text}");
}

#[test]
fn results_are_counted() {
    let text = "KTAP version 1\n1..4\n# a note\nok 1 a\nnot ok 2 b\n# have: 1\n\
                ok 3 c # SKIP not here\n[   1.0] a line of the kernel\nok 4 d\n# Totals: pass:2\n";
    assert_eq!(totals(text), ([2, 1, 1], vec!["b".to_owned()]));
    assert!(judge(text).problems.is_empty());
}

#[test]
fn a_stream_that_ends_early_is_a_failure() {
    problems(
        "KTAP version 1\n1..3\nok 1 a\nok 2 b\n",
        &["planned 3 tests, ran 2"],
    );
}

#[test]
fn more_results_than_planned_are_a_failure() {
    problems(
        "KTAP version 1\n1..1\nok 1 a\nok 2 b\n",
        &["planned 1 tests, ran 2"],
    );
}

#[test]
fn numbers_are_in_order() {
    problems(
        "KTAP version 1\n1..3\nok 1 a\nok 3 c\nok 4 d\n",
        &["number 3 where 2 was due: c"],
    );
    problems(
        "KTAP version 1\n1..2\nok 1 a\nok 1 a\n",
        &["number 1 where 2 was due: a"],
    );
    problems(
        "KTAP version 1\n1..2\nok 1 a\nok b\n",
        &["no number where 2 was due: b"],
    );
}

#[test]
fn there_is_one_plan_before_the_results() {
    problems("KTAP version 1\nok 1 a\n", &["there is no plan"]);
    problems("KTAP version 1\n", &["there is no plan"]);
    problems(
        "KTAP version 1\nok 1 a\n1..1\n",
        &["the plan comes after results"],
    );
    problems("KTAP version 1\n1..1\n1..1\nok 1 a\n", &["a second plan"]);
    problems(
        "KTAP version 1\n1..0\n",
        &["planned no tests, and said no reason"],
    );
}

#[test]
fn there_is_one_version_line() {
    problems("1..1\nok 1 a\n", &["there is no `KTAP version` line"]);
    problems(
        "KTAP version 1\n1..1\nok 1 a\nKTAP version 1\n",
        &["a `KTAP version` line in the middle"],
    );
}

#[test]
fn a_test_that_bails_out_is_a_failure() {
    problems(
        "KTAP version 1\n1..5\nok 1 a\nBail out! no memory\n",
        &["bailed out: no memory"],
    );
}

#[test]
fn silence_is_a_failure() {
    problems("", &["there is no KTAP"]);
    problems("Segmentation fault\n", &["there is no KTAP"]);
}

#[test]
fn a_plan_can_skip_everything() {
    let text = "KTAP version 1\n1..0 # SKIP no such module\n";
    assert_eq!(totals(text), ([0, 0, 1], vec![]));
    problems(
        "KTAP version 1\n1..0 # SKIP no such module\nok 1 a\n",
        &["planned 0 tests, ran 1"],
    );
}

#[test]
fn subtests_count_instead_of_their_test() {
    let text = "KTAP version 1\n1..2\n  KTAP version 1\n  1..2\n    KTAP version 1\n    1..1\n    \
                not ok 1 x\n  not ok 1 a\n  ok 2 b\nnot ok 1 first\nok 2 second\n";
    assert_eq!(totals(text), ([2, 1, 0], vec!["first: a: x".to_owned()]));
}

#[test]
fn a_test_can_fail_though_its_subtests_do_not() {
    let text = "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  ok 1 a\nnot ok 1 first\n";
    assert_eq!(totals(text), ([1, 1, 0], vec!["first".to_owned()]));
}

#[test]
fn a_test_does_not_hide_what_is_wrong_with_its_subtests() {
    let text = "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\nok 1 first\n";
    assert_eq!(
        totals(text),
        ([1, 1, 0], vec!["first: planned 2 tests, ran 1".to_owned()])
    );
    let text = "KTAP version 1\n1..1\n  not ok 1 a\nok 1 first\n";
    assert_eq!(
        totals(text).1,
        [
            "first: a",
            "first: there is no `KTAP version` line",
            "first: there is no plan"
        ]
    );
}

#[test]
fn subtests_belong_to_a_test() {
    problems(
        "KTAP version 1\n1..1\nok 1 a\n  KTAP version 1\n  1..1\n  ok 1 b\n",
        &["subtests without the result of their test"],
    );
}

#[test]
fn suites_are_judged_one_by_one() {
    let text = "booting\n# suite: one\nKTAP version 1\n1..1\nok 1 a\n# suite-exit: one 0\n\
                # suite: two\nKTAP version 1\n1..2\nok 1 a\nnot ok 2 b\n# suite-exit: two 1\n\
                # suite: three\nKTAP version 1\n1..0 # SKIP reason\n# suite-exit: three 4\n";
    assert_eq!(totals(text), ([2, 1, 1], vec!["two: b".to_owned()]));
    assert!(judge(text).problems.is_empty());
}

#[test]
fn a_status_can_be_a_failure() {
    let text = "# suite: one\nKTAP version 1\n1..1\nok 1 a\n# suite-exit: one";
    problems(&format!("{text} 1\n"), &["one: ended with status 1"]);
    problems(&format!("{text} 4\n"), &["one: ended with status 4"]);
    problems(&format!("{text} x\n"), &["one: ended without a status"]);
}

#[test]
fn a_script_without_a_plan_is_a_failure() {
    assert_eq!(
        totals("# suite: one\nbash: line 1: syntax error\n# suite-exit: one 2\n").1,
        [
            "one: there is no `KTAP version` line",
            "one: there is no plan"
        ]
    );
}

#[test]
fn a_script_that_does_not_end_is_a_failure() {
    let whole = "# suite: one\nKTAP version 1\n1..1\nok 1 a\n";
    problems(whole, &["one: cut off before it ended"]);
    problems(
        &format!("{whole}# suite: two\nKTAP version 1\n1..1\nok 1 a\n# suite-exit: two 0\n"),
        &["one: cut off before it ended"],
    );
    problems(
        &format!("{whole}# suite-exit: two 0\n# suite-exit: one 0\n"),
        &["two: ended without having begun"],
    );
}

#[test]
fn results_outside_of_a_script_are_judged_too() {
    let text = "# suite: one\nKTAP version 1\n1..1\nok 1 a\n# suite-exit: one 0\nnot ok 2 b\n";
    assert_eq!(totals(text).0[0], 1);
    assert!(totals(text).1.contains(&"b".to_owned()));
}

#[test]
fn each_test_has_a_result_in_its_suite() {
    results(
        "# suite: one\nKTAP version 1\n1..3\n# test-x\nok 1 test-x: a case\n\
         not ok 2 test-x: another\nok 3 test-y: last # SKIP SKIP: no such file\n\
         # suite-exit: one 1\nKTAP version 1\n1..2\nok 1 a\nok 2\n",
        &[
            ("one", "test-x: a case", Passed),
            ("one", "test-x: another", Failed),
            ("one", "test-y: last", Skipped),
            ("vm", "a", Passed),
            ("vm", "test 2", Passed),
        ],
    );
}

#[test]
fn subtests_have_results_instead_of_their_test() {
    results(
        "KTAP version 1\n1..2\n  KTAP version 1\n  1..2\n    KTAP version 1\n    1..1\n    \
         not ok 1 x\n  not ok 1 a\n  ok 2 b\nnot ok 1 first\n  KTAP version 1\n  1..1\n  \
         ok 1 c\nnot ok 2 second\n",
        &[
            ("vm", "first: a: x", Failed),
            ("vm", "first: b", Passed),
            ("vm", "second: c", Passed),
            ("vm", "second", Failed),
        ],
    );
}

#[test]
fn a_script_that_does_not_end_has_the_results_so_far() {
    results(
        "# suite: one\nKTAP version 1\n1..2\nok 1 a\n# suite: two\n",
        &[("one", "a", Passed)],
    );
}

#[test]
fn the_reason_is_what_a_document_skips() {
    results(
        "KTAP version 1\n1..0 # SKIP no such module\n",
        &[("vm", "no such module", Skipped)],
    );
}

#[test]
fn what_is_wrong_with_a_document_is_no_result() {
    results("KTAP version 1\n1..3\nok 2 a\n", &[("vm", "a", Passed)]);
    results("", &[]);
}
