// SPDX-License-Identifier: GPL-2.0

//! A table of suites and kernels, in Markdown, and the document that it is part of.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::error::Error;
use crate::results::{TestRecord, TestStatus};

/// What a table stands between in a document.
const END: &str = "<!-- end of results -->";

/// Returns the comment that a table stands behind in a document: its name tells it from others there.
fn begin(name: &str) -> String {
    format!("<!-- {name}: made by scripts/matrix -->")
}

/// A kernel, and what became of the tests that ran on it.
pub(crate) struct Column {
    pub(crate) heading: String,
    pub(crate) results: Vec<TestRecord>,
}

/// The suites of all columns, each in a row.
pub(crate) struct Table<'a>(pub(crate) &'a [Column]);

/// How many tests of a suite passed, of how many that were not skipped.
#[derive(Default)]
struct Cell {
    passed: usize,
    all: usize,
    skipped: usize,
}

impl Cell {
    fn of(results: &[TestRecord], suite: &str) -> Self {
        let mut cell = Self::default();
        for record in results.iter().filter(|record| record.suite == suite) {
            match record.result {
                TestStatus::Passed => {
                    cell.passed += 1;
                    cell.all += 1;
                }
                TestStatus::Failed => cell.all += 1,
                TestStatus::Skipped => cell.skipped += 1,
            }
        }
        cell
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.all, self.skipped) {
            (0, 0) => f.write_str("did not run"),
            (0, _) => f.write_str("skipped"),
            (all, 0) => write!(f, "{}/{all}", self.passed),
            (all, skipped) => write!(f, "{}/{all}, {skipped} skipped", self.passed),
        }
    }
}

impl Table<'_> {
    /// Returns the suites, in the order in which they appear first.
    fn suites(&self) -> Vec<&str> {
        let mut suites: Vec<&str> = Vec::new();
        for record in self.0.iter().flat_map(|column| &column.results) {
            if !suites.contains(&record.suite.as_str()) {
                suites.push(&record.suite);
            }
        }
        suites
    }

    /// Returns whether every test of every column passed, and every suite ran in every column.
    pub(crate) fn is_good(&self) -> bool {
        let suites = self.suites();
        !suites.is_empty()
            && self.0.iter().all(|column| {
                suites.iter().all(|suite| {
                    let cell = Cell::of(&column.results, suite);
                    cell.passed == cell.all && cell.all + cell.skipped != 0
                })
            })
    }

    /// Puts the table into a document, in place of the one of that name there, between the two comments.
    ///
    /// # Errors
    ///
    /// [`Error::File`], and [`Error::NoTable`] when the comments are not there.
    pub(crate) fn put_into(&self, document: &Path, name: &str) -> Result<(), Error> {
        let begin = begin(name);
        let text = fs::read_to_string(document).map_err(Error::file("read", document))?;
        let no_table = || Error::NoTable {
            file: document.to_owned(),
            begin: begin.clone(),
            end: END,
        };
        let (before, rest) = text.split_once(&begin).ok_or_else(no_table)?;
        let (_, after) = rest.split_once(END).ok_or_else(no_table)?;
        let text = format!("{before}{begin}\n\n{self}\n{END}{after}");
        let directory = match document.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let write = || {
            let permissions = fs::metadata(document)?.permissions();
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            file.write_all(text.as_bytes())?;
            file.as_file().set_permissions(permissions)?;
            file.as_file().sync_all()?;
            file.persist(document)?;
            Ok(())
        };
        write().map_err(Error::file("write", document))
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![[vec![String::from("tests")], self.headings()].concat()];
        for suite in self.suites() {
            let cells = self.0.iter().map(|column| Cell::of(&column.results, suite));
            let cells = cells.map(|cell| cell.to_string()).collect();
            rows.push([vec![format!("`{suite}`")], cells].concat());
        }
        let widths: Vec<usize> = (0..=self.0.len())
            .map(|index| rows.iter().map(|row| row[index].chars().count()).max())
            .map(Option::unwrap_or_default)
            .collect();
        for (number, row) in rows.iter().enumerate() {
            write_row(f, row, &widths)?;
            if number == 0 {
                let line: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                write_row(f, &line, &widths)?;
            }
        }
        self.write_skipped(f)
    }
}

impl Table<'_> {
    /// Writes what was skipped where, which tells why, or what it was.
    fn write_skipped(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut skipped: Vec<((&str, &str), Vec<&str>)> = Vec::new();
        for suite in self.suites() {
            for column in self.0 {
                let of_suite = column.results.iter().filter(|record| record.suite == suite);
                for record in of_suite.filter(|record| record.result == TestStatus::Skipped) {
                    let what = (suite, record.test.as_str());
                    match skipped.iter_mut().find(|(known, _)| *known == what) {
                        Some((_, columns)) => columns.push(&column.heading),
                        None => skipped.push((what, vec![&column.heading])),
                    }
                }
            }
        }
        if !skipped.is_empty() {
            f.write_str("\nSkipped:\n\n")?;
        }
        for ((suite, test), columns) in skipped {
            writeln!(f, "- `{suite}`, on {}: {test}", columns.join(", "))?;
        }
        Ok(())
    }

    fn headings(&self) -> Vec<String> {
        let headings = self.0.iter().map(|column| column.heading.clone());
        headings.collect()
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    for (cell, width) in cells.iter().zip(widths) {
        write!(f, "| {cell:width$} ")?;
    }
    f.write_char('|')?;
    f.write_char('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(heading: &str, results: &[(&str, TestStatus)]) -> Column {
        Column {
            heading: heading.to_owned(),
            results: results
                .iter()
                .enumerate()
                .map(|(number, (suite, result))| TestRecord {
                    suite: (*suite).to_owned(),
                    test: number.to_string(),
                    result: *result,
                })
                .collect(),
        }
    }

    use TestStatus::{Failed, Passed, Skipped};

    #[test]
    fn a_table_has_a_row_for_each_suite_of_any_kernel() {
        let columns = [
            column("6.1", &[("a", Passed), ("a", Failed), ("b", Skipped)]),
            column("7.2", &[("a", Passed), ("c", Passed), ("c", Skipped)]),
        ];
        assert_eq!(
            Table(&columns).to_string(),
            "\
| tests | 6.1         | 7.2            |
| ----- | ----------- | -------------- |
| `a`   | 1/2         | 1/1            |
| `b`   | skipped     | did not run    |
| `c`   | did not run | 1/1, 1 skipped |

Skipped:

- `b`, on 6.1: 2
- `c`, on 7.2: 2
"
        );
        assert!(!Table(&columns).is_good());
    }

    #[test]
    fn what_is_not_run_everywhere_is_not_good() {
        let good = [
            column("6.1", &[("a", Passed)]),
            column("7.2", &[("a", Passed), ("a", Skipped)]),
        ];
        assert!(Table(&good).is_good());
        let missing = [
            column("6.1", &[("a", Passed)]),
            column("7.2", &[("b", Passed)]),
        ];
        assert!(!Table(&missing).is_good());
        assert!(!Table(&[column("6.1", &[])]).is_good());
    }

    #[test]
    fn a_table_replaces_the_one_in_the_document() {
        let directory = tempfile::tempdir().unwrap();
        let document = directory.path().join("README.md");
        let (other, begin) = (begin("other"), begin("results"));
        let kept = format!("{other}\nold\n{END}\n");
        fs::write(
            &document,
            format!("{kept}before\n{begin}\nold\n{END}\nafter\n"),
        )
        .unwrap();
        let columns = [column("6.1", &[("a", Passed)])];
        Table(&columns).put_into(&document, "results").unwrap();
        let text = fs::read_to_string(&document).unwrap();
        assert_eq!(
            text,
            format!(
                "{kept}before\n{begin}\n\n\
                 | tests | 6.1 |\n| ----- | --- |\n| `a`   | 1/1 |\n\n\
                 {END}\nafter\n"
            )
        );
    }

    #[test]
    fn a_document_without_a_place_for_it_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let document = directory.path().join("README.md");
        fs::write(&document, "text\n").unwrap();
        let error = Table(&[]).put_into(&document, "results").unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&begin("results")), "{error}");
        assert_eq!(fs::read_to_string(&document).unwrap(), "text\n");
    }
}
