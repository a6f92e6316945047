// SPDX-License-Identifier: GPL-2.0

use std::path::PathBuf;

use super::*;
use TestStatus::{Failed, Passed, Skipped};

type Results<'a> = &'a [(&'a str, TestStatus)];

/// What is printed of a comparison, and whether it is good.
struct Printed {
    is_good: bool,
    problems: Vec<String>,
    lines: Vec<String>,
}

impl Printed {
    fn counts(&self) -> &str {
        let last = self.lines.last().unwrap();
        last.strip_prefix("upstream livepatch selftests of 4.5-amd64: ")
            .unwrap()
    }

    /// Returns the row of a case, without what aligns it.
    fn row(&self, case: &str) -> String {
        let rows = self.lines.iter().filter_map(|line| line.strip_prefix(case));
        let rows: Vec<&str> = rows.collect();
        assert_eq!(rows.len(), 1, "{case}");
        rows[0].split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn options() -> UpstreamOptions {
    UpstreamOptions {
        results: PathBuf::from("results"),
        control: "upstream-c".to_owned(),
        twins: "upstream-rust".to_owned(),
        release: "4.5-amd64".to_owned(),
    }
}

fn records(suite: &str, results: Results<'_>) -> Vec<TestRecord> {
    let record = |&(test, result): &(&str, TestStatus)| TestRecord {
        suite: suite.to_owned(),
        test: test.to_owned(),
        result,
    };
    results.iter().map(record).collect()
}

fn printed(control: Results<'_>, twins: Results<'_>) -> Printed {
    let results = [
        records("upstream-c", control),
        records("upstream-rust", twins),
        // A case of another suite is nobody's.
        records("upstream-broken", &[("a wrong message is found", Failed)]),
    ];
    let comparison = Comparison::new(&results.concat(), &options()).unwrap();
    let mut output = Vec::new();
    comparison.print(&mut output).unwrap();
    Printed {
        is_good: comparison.is_good(),
        lines: String::from_utf8(output)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
        problems: comparison.problems,
    }
}

#[test]
fn cases_are_side_by_side() {
    let all = [("test-a: one", Passed), ("test-a: the other", Passed)];
    let printed = printed(&all, &all);
    assert!(printed.is_good);
    assert!(printed.problems.is_empty());
    assert_eq!(
        printed.lines,
        [
            "case               C        Rust",
            "test-a: one        ok       ok",
            "test-a: the other  ok       ok",
            "",
            "upstream livepatch selftests of 4.5-amd64: C 2/2, Rust 2/2",
        ]
    );
}

#[test]
fn all_of_upstreams_cases_are_counted() {
    let names: Vec<String> = (1..=32).map(|case| format!("test-a: {case}")).collect();
    let mut all: Vec<_> = names.iter().map(|name| (&**name, Passed)).collect();
    assert_eq!(printed(&all, &all).counts(), "C 32/32, Rust 32/32");
    let control = all.clone();
    all[7].1 = Failed;
    let printed = printed(&control, &all);
    assert!(!printed.is_good);
    assert_eq!(printed.counts(), "C 32/32, Rust 31/32");
}

#[test]
fn a_case_that_fails_with_rust_only_is_ours() {
    let printed = printed(
        &[("a", Passed), ("b", Passed)],
        &[("a", Failed), ("b", Passed)],
    );
    assert!(!printed.is_good);
    assert_eq!(printed.row("a "), "ok not ok");
    assert_eq!(printed.counts(), "C 2/2, Rust 1/2");
}

#[test]
fn a_case_that_fails_with_c_is_the_kernels_own() {
    for (twin, word, count) in [
        (Some(Failed), "not ok", 1),
        (Some(Skipped), "skip", 1),
        (Some(Passed), "ok", 2),
        (None, "missing", 1),
    ] {
        let mut twins = vec![("b", Passed)];
        twins.extend(twin.map(|status| ("a", status)));
        let printed = printed(&[("a", Failed), ("b", Passed)], &twins);
        assert!(printed.is_good, "{word}");
        assert_eq!(printed.row("a "), format!("not ok {word} the kernel's own"));
        assert_eq!(printed.row("b "), "ok ok");
        assert_eq!(printed.counts(), format!("C 1/2, Rust {count}/2"));
    }
}

#[test]
fn a_case_that_is_missing_with_rust_is_ours() {
    let printed = printed(&[("a", Passed), ("b", Passed)], &[("b", Passed)]);
    assert!(!printed.is_good);
    assert_eq!(printed.row("a "), "ok missing");
    assert_eq!(printed.counts(), "C 2/2, Rust 1/2");
}

#[test]
fn a_case_that_is_missing_with_c_is_a_case_and_no_excuse() {
    let control = [("b", Passed)];
    let good = printed(&control, &[("a", Passed), ("b", Passed)]);
    assert!(good.is_good);
    assert_eq!(good.row("a "), "missing ok");
    assert_eq!(good.counts(), "C 1/2, Rust 2/2");
    for status in [Failed, Skipped] {
        let bad = printed(&control, &[("a", status), ("b", Passed)]);
        assert!(!bad.is_good, "{status:?}");
        assert_eq!(bad.counts(), "C 1/2, Rust 1/2");
    }
}

#[test]
fn a_case_that_both_skip_passes() {
    let printed = printed(
        &[("a", Skipped), ("b", Passed)],
        &[("a", Skipped), ("b", Passed)],
    );
    assert!(printed.is_good);
    assert_eq!(printed.row("a "), "skip skip");
    assert_eq!(printed.counts(), "C 2/2, Rust 2/2");
}

#[test]
fn a_case_that_only_rust_skips_fails() {
    let printed = printed(
        &[("a", Passed), ("b", Passed)],
        &[("a", Skipped), ("b", Passed)],
    );
    assert!(!printed.is_good);
    assert_eq!(printed.row("a "), "ok skip");
    assert_eq!(printed.counts(), "C 2/2, Rust 1/2");
}

#[test]
fn a_case_that_only_c_skips_has_to_pass() {
    let control = [("a", Skipped), ("b", Passed)];
    let good = printed(&control, &[("a", Passed), ("b", Passed)]);
    assert!(good.is_good);
    assert_eq!(good.row("a "), "skip ok");
    assert_eq!(good.counts(), "C 2/2, Rust 2/2");
    let bad = printed(&control, &[("a", Failed), ("b", Passed)]);
    assert!(!bad.is_good);
    assert_eq!(bad.counts(), "C 2/2, Rust 1/2");
}

#[test]
fn a_suite_without_a_case_is_a_failure() {
    let all = [("a", Passed)];
    for (control, twins, counts, suites) in [
        (&all[..], &[][..], "C 1/1, Rust 0/1", &["upstream-rust"][..]),
        (&[], &all, "C 0/1, Rust 1/1", &["upstream-c"]),
        (
            &[],
            &[],
            "C 0/0, Rust 0/0",
            &["upstream-c", "upstream-rust"],
        ),
        // The kernel's own failures do not excuse it.
        (&[("a", Failed)], &[], "C 0/1, Rust 0/1", &["upstream-rust"]),
    ] {
        let printed = printed(control, twins);
        assert!(!printed.is_good, "{counts}");
        assert_eq!(printed.counts(), counts);
        assert_eq!(printed.problems.len(), suites.len());
        for (problem, suite) in printed.problems.iter().zip(suites) {
            assert!(problem.contains(suite), "{problem}");
        }
    }
}

#[test]
fn cases_are_in_the_order_of_the_control() {
    let printed = printed(
        &[("b", Passed), ("a", Passed)],
        &[("c", Passed), ("a", Passed), ("b", Passed)],
    );
    let cases: Vec<&str> = printed.lines[1..4].iter().map(|line| &line[..1]).collect();
    assert_eq!(cases, ["b", "a", "c"]);
}

#[test]
fn two_results_of_a_case_are_an_error() {
    for suite in ["upstream-c", "upstream-rust"] {
        let results = records(suite, &[("a", Passed), ("a", Failed)]);
        let error = Comparison::new(&results, &options()).err().unwrap();
        let error = error.to_string();
        assert!(error.contains(suite) && error.contains("`a`"), "{error}");
    }
}

#[test]
fn the_suites_have_other_names_on_demand() {
    let results = [
        records("one", &[("a", Passed)]),
        records("two", &[("a", Failed)]),
    ];
    let options = UpstreamOptions {
        control: "two".to_owned(),
        twins: "one".to_owned(),
        ..options()
    };
    let comparison = Comparison::new(&results.concat(), &options).unwrap();
    assert!(comparison.rows[0].is_kernels_own());
    assert!(comparison.is_good());
}
