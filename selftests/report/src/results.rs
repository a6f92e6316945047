// SPDX-License-Identifier: GPL-2.0

//! The result of each single test, and the file where those of all suites are gathered.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::records;

/// What became of a test.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TestStatus {
    Passed,
    Failed,
    Skipped,
}

/// What became of a test of a suite; of a suite that is skipped as a whole, the reason is the test.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestRecord {
    pub(crate) suite: String,
    pub(crate) test: String,
    pub(crate) result: TestStatus,
}

/// Appends results to a file, as a line of JSON each.
///
/// # Errors
///
/// [`Error::File`].
pub(crate) fn append(results: &[TestRecord], file: &Path) -> Result<(), Error> {
    records::append(results, file)
}

/// Reads what [`append`] wrote.
///
/// # Errors
///
/// [`Error::File`] and [`Error::Record`].
pub(crate) fn read_all(file: &Path) -> Result<Vec<TestRecord>, Error> {
    records::read_all(file, "the result of a test")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn record(test: &str, result: TestStatus) -> TestRecord {
        TestRecord {
            suite: "vm".to_owned(),
            test: test.to_owned(),
            result,
        }
    }

    #[test]
    fn a_result_is_a_line() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("results");
        let first = [
            record("test-a: \"one\"", TestStatus::Passed),
            record("b", TestStatus::Failed),
        ];
        let second = [record("c", TestStatus::Skipped)];
        append(&first, &file).unwrap();
        append(&second, &file).unwrap();
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            concat!(
                r#"{"suite":"vm","test":"test-a: \"one\"","result":"passed"}"#,
                "\n",
                r#"{"suite":"vm","test":"b","result":"failed"}"#,
                "\n",
                r#"{"suite":"vm","test":"c","result":"skipped"}"#,
                "\n",
            )
        );
        assert_eq!(read_all(&file).unwrap(), [&first[..], &second].concat());
    }

    #[test]
    fn no_results_are_a_file_all_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("results");
        assert!(read_all(&file).is_err());
        append(&[], &file).unwrap();
        assert_eq!(read_all(&file).unwrap(), []);
    }

    #[test]
    fn another_word_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("results");
        append(&[record("a", TestStatus::Passed)], &file).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, [&*text, &text.replace("passed", "fine")].concat()).unwrap();
        let error = read_all(&file).unwrap_err().to_string();
        assert!(error.contains("results:2: "), "{error}");
    }
}
