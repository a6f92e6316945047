// SPDX-License-Identifier: GPL-2.0

//! What the compiler says, with `--error-format=json`: an object a line, as "JSON Output" in The
//! rustc book describes it.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::Failure;

/// An error of the compiler's.
#[derive(Debug, PartialEq)]
pub(super) struct CompilerError {
    /// The message, behind the code if it has one: `E0308: mismatched types`.
    pub(super) heading: String,
    /// What is written at the places: not every compiler has all of it in the message.
    pub(super) labels: Vec<String>,
    /// The lines of the case that it is about. None if it is about something else.
    pub(super) lines: Vec<usize>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
    label: Option<String>,
    expansion: Option<Box<Expansion>>,
}

/// The macro call that what is at a span comes from.
#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

/// Finds the errors in the compiler's output; `case` is how the path of the case ends.
///
/// # Errors
///
/// [`Failure::Log`] for a line that is no diagnostic: a compiler that crashes writes such.
pub(super) fn parse_log(
    text: &str,
    file: &Path,
    case: &Path,
) -> Result<Vec<CompilerError>, Failure> {
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let diagnostic: Diagnostic = serde_json::from_str(line).map_err(|_| Failure::Log {
            file: file.to_owned(),
            line: index + 1,
            text: line.to_owned(),
        })?;
        if diagnostic.is_error() {
            errors.push(diagnostic.into_error(case));
        }
    }
    Ok(errors)
}

impl Diagnostic {
    /// Returns whether it is an error, and not the sum of those before.
    fn is_error(&self) -> bool {
        let is_sum = self.spans.is_empty()
            && self.code.is_none()
            && self.message.starts_with("aborting due to ");
        self.level.starts_with("error") && !is_sum
    }

    fn into_error(self, case: &Path) -> CompilerError {
        let lines = self
            .spans
            .iter()
            .filter(|span| span.is_primary)
            .filter_map(|span| span.line_in(case))
            .collect();
        let labels = self.spans.into_iter().filter_map(|span| span.label);
        let labels = labels.collect();
        let heading = match self.code {
            Some(Code { code }) => format!("{code}: {}", self.message),
            None => self.message,
        };
        CompilerError {
            heading,
            labels,
            lines,
        }
    }
}

impl Span {
    /// Returns the line in the case: of the span, or of the macro call that has led to it.
    fn line_in(&self, case: &Path) -> Option<usize> {
        if Path::new(&self.file_name).ends_with(case) {
            return Some(self.line_start);
        }
        self.expansion.as_ref()?.span.line_in(case)
    }
}

impl fmt::Display for CompilerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lines.first() {
            Some(line) => write!(f, "line {line}: {}", self.heading)?,
            None => write!(f, "elsewhere: {}", self.heading)?,
        }
        self.labels
            .iter()
            .try_for_each(|label| write!(f, "\n{label}"))
    }
}
