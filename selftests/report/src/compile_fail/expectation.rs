// SPDX-License-Identifier: GPL-2.0

//! The comments in which a case says what is wrong with it.
//!
//! | comment             | the error is                                    |
//! |---------------------|-------------------------------------------------|
//! | `//~ ERROR text`    | on this line                                    |
//! | `//~^ ERROR text`   | on the line above, and one more for each `^`    |
//! | `//~? ERROR text`   | anywhere, in another file too                   |
//!
//! The text is a part of `E0308: mismatched types`, or of the message alone if it has no code, or
//! of what the compiler writes at one of the places.

use std::fmt;

use super::diagnostic::CompilerError;
use super::Failure;

const MARK: &str = "//~";

/// An error that there must be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expectation {
    /// The line in the case, from 1, or [`None`] for any place.
    pub(super) line: Option<usize>,
    pub(super) text: String,
}

/// Finds the expectations of a case.
///
/// # Errors
///
/// [`Failure::Expectation`]: a comment that was meant to be one must not be overlooked.
pub(super) fn parse_all(source: &str) -> Result<Vec<Expectation>, Failure> {
    source
        .lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let (_, comment) = line.split_once(MARK)?;
            let line = index + 1;
            Some(parse(comment, line).ok_or(Failure::Expectation { line }))
        })
        .collect()
}

fn parse(comment: &str, line: usize) -> Option<Expectation> {
    let (place, rest) = comment.split_once(' ')?;
    let line = match place {
        "?" => None,
        _ if place.chars().all(|c| c == '^') => {
            Some(line.checked_sub(place.len()).filter(|line| *line != 0)?)
        }
        _ => return None,
    };
    let text = rest.trim_start().strip_prefix("ERROR ")?.trim();
    (!text.is_empty()).then(|| Expectation {
        line,
        text: text.to_owned(),
    })
}

impl Expectation {
    /// Returns whether it is the error that is expected.
    pub(super) fn matches(&self, error: &CompilerError) -> bool {
        let is_there = self.line.is_none_or(|line| error.lines.contains(&line));
        let mut texts = std::iter::once(&error.heading).chain(&error.labels);
        is_there && texts.any(|text| text.contains(&self.text))
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.text),
            None => write!(f, "any line: {}", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation(line: Option<usize>, text: &str) -> Expectation {
        let text = text.to_owned();
        Expectation { line, text }
    }

    #[test]
    fn places_are_understood() {
        let source = "one //~ ERROR here\ntwo\n  //~^ ERROR above\n//~^^ ERROR twice //~ above\n\
                      //~? ERROR  anywhere \n";
        assert_eq!(
            parse_all(source).unwrap(),
            [
                expectation(Some(1), "here"),
                expectation(Some(2), "above"),
                expectation(Some(2), "twice //~ above"),
                expectation(None, "anywhere"),
            ]
        );
    }

    #[test]
    fn other_comments_are_none() {
        assert_eq!(parse_all("// ERROR\n/// ~ ERROR\n").unwrap(), []);
    }

    #[test]
    fn what_looks_like_one_must_be_one() {
        for source in [
            "//~ text",
            "//~ERROR text",
            "//~^",
            "//~^ ERROR text",
            "//~v ERROR text",
            "//~ ERROR ",
            "//~ WARN text",
        ] {
            let failure = parse_all(source).unwrap_err();
            assert!(
                matches!(failure, Failure::Expectation { line: 1 }),
                "{source}"
            );
        }
    }
}
