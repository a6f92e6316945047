// SPDX-License-Identifier: GPL-2.0

//! The totals of a suite of tests, and the file where those of all suites are gathered.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::records;

/// How many tests of a suite passed, failed and were skipped, and which failed.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    pub(crate) suite: String,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
    pub(crate) failures: Vec<String>,
}

impl Totals {
    /// Makes the totals of a suite of which nothing has run yet.
    pub(crate) fn new(suite: &str) -> Self {
        Self {
            suite: suite.to_owned(),
            ..Self::default()
        }
    }

    /// Counts a failure.
    pub(crate) fn fail(&mut self, name: String) {
        self.failed += 1;
        self.failures.push(name);
    }

    /// Adds more of the same suite.
    pub(crate) fn add(&mut self, more: &Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.skipped += more.skipped;
        self.failures.extend_from_slice(&more.failures);
    }

    /// Appends the totals to a file, as a line of JSON.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub(crate) fn append(&self, file: &Path) -> Result<(), Error> {
        records::append(std::slice::from_ref(self), file)
    }

    /// Reads what [`Totals::append`] wrote.
    ///
    /// # Errors
    ///
    /// [`Error::File`] and [`Error::Record`].
    pub(crate) fn read_all(file: &Path) -> Result<Vec<Self>, Error> {
        records::read_all(file, "the totals of a suite")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_appended_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("totals");
        let mut first = Totals::new("first");
        first.passed = 2;
        first.skipped = 1;
        let mut second = Totals::new("second");
        second.fail("a \"quoted\" name\nof two lines".to_owned());
        first.append(&file).unwrap();
        second.append(&file).unwrap();
        assert_eq!(Totals::read_all(&file).unwrap(), [first, second]);
    }

    #[test]
    fn a_line_that_was_cut_off_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("totals");
        Totals::new("first").append(&file).unwrap();
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str("{\"suite\":\"sec");
        fs::write(&file, text).unwrap();
        let error = Totals::read_all(&file).unwrap_err().to_string();
        assert!(error.contains("totals:2: "), "{error}");
    }

    #[test]
    fn no_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("totals");
        assert!(Totals::read_all(&file).is_err());
    }
}
