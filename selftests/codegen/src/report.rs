// SPDX-License-Identifier: GPL-2.0

//! The results, as KTAP.

use std::fmt;

use crate::checks::Finding;

/// What was found in several objects.
#[derive(Debug, Default)]
pub struct Report {
    findings: Vec<(String, Finding)>,
}

impl Report {
    /// Adds what was found in an object.
    pub fn add(&mut self, object: &str, findings: impl IntoIterator<Item = Finding>) {
        let findings = findings.into_iter();
        self.findings
            .extend(findings.map(|finding| (object.to_owned(), finding)));
    }

    /// Returns whether nothing was found that should not be there.
    pub fn is_clean(&self) -> bool {
        self.findings
            .iter()
            .all(|(_, finding)| finding.violations.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "KTAP version 1\n1..{}", self.findings.len())?;
        for (index, (object, finding)) in self.findings.iter().enumerate() {
            for violation in &finding.violations {
                writeln!(f, "# {object}: {violation}")?;
            }
            let result = if finding.violations.is_empty() {
                "ok"
            } else {
                "not ok"
            };
            writeln!(
                f,
                "{result} {} {object}: {}: {} seen",
                index + 1,
                finding.name,
                finding.seen
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_line() {
        let mut report = Report::default();
        let finding = |name: &str, violations: &[&str]| Finding {
            name: name.to_owned(),
            seen: 3,
            violations: violations.iter().map(|item| (*item).to_owned()).collect(),
        };
        report.add("a.ko", [finding("ibt", &[])]);
        assert!(report.is_clean());
        report.add("b.ko", [finding("retpoline", &["f+0x1: ff e0"])]);
        assert!(!report.is_clean());
        assert_eq!(
            report.to_string(),
            "KTAP version 1\n1..2\nok 1 a.ko: ibt: 3 seen\n# b.ko: f+0x1: ff e0\nnot ok 2 b.ko: retpoline: 3 seen\n"
        );
    }
}
