// SPDX-License-Identifier: GPL-2.0

//! What the rules of `klp-build check` find.

use std::fmt;

use serde::Serialize;

/// What a finding means for the livepatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The kernel would refuse it, or it would do harm or nothing.
    Refused,
    /// It works, and is most likely not what its author wanted.
    Warning,
    /// It could not be checked.
    Unknown,
}

/// Something about a livepatch that its author has to know.
///
/// As text it is one line: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule that found it: lower case and underscores, the same in every release.
    pub rule: &'static str,
    /// What it means.
    pub severity: Severity,
    /// The object that it is about: `vmlinux` or a module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The symbol that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// What is the matter; a sentence without its full stop.
    pub what: String,
    /// What to do about it; likewise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what_to_do: String,
}

impl Finding {
    /// Makes a finding that refuses the livepatch.
    pub fn refused(
        rule: &'static str,
        what: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self::new(rule, Severity::Refused, what, what_to_do)
    }

    /// Makes a finding that does not refuse the livepatch.
    pub fn warning(
        rule: &'static str,
        what: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self::new(rule, Severity::Warning, what, what_to_do)
    }

    /// Makes a finding that says what could not be checked, and why.
    pub fn unknown(
        rule: &'static str,
        what: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self::new(rule, Severity::Unknown, what, what_to_do)
    }

    fn new(
        rule: &'static str,
        severity: Severity,
        what: impl Into<String>,
        what_to_do: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity,
            object: None,
            symbol: None,
            what: what.into(),
            what_to_do: what_to_do.into(),
        }
    }

    /// Says which object the finding is about.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Says which symbol the finding is about.
    #[must_use]
    pub fn symbol(mut self, symbol: impl Into<String>) -> Self {
        self.symbol = Some(symbol.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.object, &self.symbol) {
            (Some(object), Some(symbol)) => write!(f, "{object}: {symbol}: ")?,
            (Some(name), None) | (None, Some(name)) => write!(f, "{name}: ")?,
            (None, None) => {}
        }
        f.write_str(match self.severity {
            Severity::Refused => "",
            Severity::Warning => "warning: ",
            Severity::Unknown => "not checked: ",
        })?;
        f.write_str(&self.what)?;
        if !self.what_to_do.is_empty() {
            write!(f, ": {}", self.what_to_do)?;
        }
        Ok(())
    }
}

/// The findings of one livepatch, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding; what could not be checked is said once for each rule.
    pub fn push(&mut self, finding: Finding) {
        let said = |other: &Finding| {
            if finding.severity == Severity::Unknown {
                (other.severity, other.rule) == (finding.severity, finding.rule)
            } else {
                *other == finding
            }
        };
        if !self.0.iter().any(said) {
            self.0.push(finding);
        }
    }

    /// Returns the findings.
    pub fn as_slice(&self) -> &[Finding] {
        &self.0
    }

    /// Returns the findings.
    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }

    /// Returns whether any of them refuses the livepatch.
    pub fn refuse(&self) -> bool {
        self.0
            .iter()
            .any(|finding| finding.severity == Severity::Refused)
    }
}
