// SPDX-License-Identifier: GPL-2.0

//! What single lines mean.

/// A line without its indentation.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// `KTAP version 1`.
    Version,
    /// `1..N`, where a reason says that the tests are left out.
    Plan { count: u64, skip: Option<&'a str> },
    /// `ok 1 name` or `not ok 1 name`.
    Result(TestResult<'a>),
    /// `Bail out! reason`.
    BailOut(&'a str),
    /// `# suite: NAME`.
    Suite(&'a str),
    /// `# suite-exit: NAME STATUS`.
    SuiteExit { name: &'a str, status: Option<i32> },
    /// Diagnostics, or what the kernel or a program has printed in between.
    Other,
}

/// The result of one test.
#[derive(Debug, PartialEq)]
pub(super) struct TestResult<'a> {
    pub(super) is_ok: bool,
    pub(super) number: Option<u64>,
    pub(super) name: &'a str,
    /// The test did not run, or is known to fail.
    pub(super) is_skipped: bool,
}

impl<'a> Line<'a> {
    /// Parses a line, and returns how far it is indented.
    pub(super) fn parse(line: &'a str) -> (usize, Self) {
        let text = line.trim_start_matches(' ');
        let indent = line.len() - text.len();
        let text = text.trim_end();
        let parsed = match indent {
            0 => suite(text).or_else(|| ktap(text)),
            _ => ktap(text),
        };
        (indent, parsed.unwrap_or(Self::Other))
    }
}

fn suite(text: &str) -> Option<Line<'_>> {
    if let Some(name) = text.strip_prefix("# suite: ") {
        return Some(Line::Suite(name));
    }
    let exit = text.strip_prefix("# suite-exit: ")?;
    Some(match exit.rsplit_once(' ') {
        Some((name, status)) => Line::SuiteExit {
            name,
            status: status.parse().ok(),
        },
        None => Line::SuiteExit {
            name: exit,
            status: None,
        },
    })
}

fn ktap(text: &str) -> Option<Line<'_>> {
    if text.starts_with("KTAP version ") || text.starts_with("TAP version ") {
        return Some(Line::Version);
    }
    if let Some(reason) = text.strip_prefix("Bail out!") {
        return Some(Line::BailOut(reason.trim()));
    }
    plan(text).or_else(|| result(text).map(Line::Result))
}

fn plan(text: &str) -> Option<Line<'_>> {
    let (count, comment) = split_comment(text.strip_prefix("1..")?);
    Some(Line::Plan {
        count: count.parse().ok()?,
        skip: comment.and_then(|comment| directive(comment, "SKIP")),
    })
}

fn result(text: &str) -> Option<TestResult<'_>> {
    let (is_ok, rest) = match text.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, text.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let (rest, comment) = split_comment(rest);
    let (number, name) = match rest.split_once(' ') {
        Some((first, name)) => (first.parse().ok(), name),
        None => (rest.parse().ok(), ""),
    };
    let name = if number.is_some() { name } else { rest };
    let name = name.trim_start();
    let is_known = |word| {
        comment
            .and_then(|comment| directive(comment, word))
            .is_some()
    };
    Some(TestResult {
        is_ok,
        number,
        name: name.strip_prefix("- ").unwrap_or(name),
        // A result with the word SKIP means nothing; one of the others excuses a failure.
        is_skipped: is_known("SKIP") || !is_ok && (is_known("TODO") || is_known("XFAIL")),
    })
}

/// Splits `text # comment`.
fn split_comment(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" # ") {
        Some((text, comment)) => (text.trim(), Some(comment.trim_start())),
        None => (text.trim(), None),
    }
}

/// Returns what follows the word at the beginning of a comment.
fn directive<'a>(comment: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = comment.split_at_checked(word.len())?;
    let is_whole = rest.is_empty() || rest.starts_with([' ', ':']);
    (first.eq_ignore_ascii_case(word) && is_whole).then(|| rest.trim_start_matches([' ', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(is_ok: bool, number: Option<u64>, name: &str, is_skipped: bool) -> Line<'_> {
        Line::Result(TestResult {
            is_ok,
            number,
            name,
            is_skipped,
        })
    }

    #[test]
    fn lines_mean_something() {
        let cases = [
            ("KTAP version 1", 0, Line::Version),
            ("  KTAP version 1", 2, Line::Version),
            (
                "1..12",
                0,
                Line::Plan {
                    count: 12,
                    skip: None,
                },
            ),
            (
                "1..0 # SKIP no such module",
                0,
                Line::Plan {
                    count: 0,
                    skip: Some("no such module"),
                },
            ),
            (
                "1..0 # Skipped",
                0,
                Line::Plan {
                    count: 0,
                    skip: None,
                },
            ),
            ("ok 1 a name", 0, result(true, Some(1), "a name", false)),
            ("ok 1 - a name", 0, result(true, Some(1), "a name", false)),
            (
                "    not ok 7 a name",
                4,
                result(false, Some(7), "a name", false),
            ),
            (
                "ok 2 a name # SKIP reason",
                0,
                result(true, Some(2), "a name", true),
            ),
            (
                "not ok 2 a name # skip: reason",
                0,
                result(false, Some(2), "a name", true),
            ),
            (
                "not ok 2 a name # TODO",
                0,
                result(false, Some(2), "a name", true),
            ),
            (
                "ok 2 a name # XFAIL",
                0,
                result(true, Some(2), "a name", false),
            ),
            (
                "not ok 2 a name # TIMEOUT",
                0,
                result(false, Some(2), "a name", false),
            ),
            ("ok 3", 0, result(true, Some(3), "", false)),
            ("not ok nameless", 0, result(false, None, "nameless", false)),
            ("ok", 0, result(true, None, "", false)),
            ("Bail out! no memory", 0, Line::BailOut("no memory")),
            ("# suite: a b", 0, Line::Suite("a b")),
            (
                "# suite-exit: a b 4",
                0,
                Line::SuiteExit {
                    name: "a b",
                    status: Some(4),
                },
            ),
            (
                "# suite-exit: a b",
                0,
                Line::SuiteExit {
                    name: "a",
                    status: None,
                },
            ),
        ];
        for (text, indent, line) in cases {
            assert_eq!(Line::parse(text), (indent, line), "{text}");
        }
    }

    #[test]
    fn other_lines_mean_nothing() {
        for text in [
            "",
            "# ok 1 a name",
            "okay",
            "1..x",
            "[    1.2] ok 1",
            "  # suite: a",
        ] {
            assert_eq!(Line::parse(text).1, Line::Other, "{text}");
        }
    }
}
