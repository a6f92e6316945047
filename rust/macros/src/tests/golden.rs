// SPDX-License-Identifier: GPL-2.0

//! Files with the expected results, one beside each case.

use std::{
    collections::BTreeSet,
    env,
    fs,
    path::PathBuf, //
};

/// The variable that has the expected files written instead of compared.
const UPDATE: &str = "UPDATE_GOLDEN";

/// The cases in one directory.
pub(super) struct Golden {
    directory: PathBuf,
    /// How the name of an expected file goes on behind that of its case.
    extension: &'static str,
}

impl Golden {
    /// Takes a directory below `tests/`.
    pub(super) fn new(directory: &str, extension: &'static str) -> Self {
        Self {
            directory: [env!("CARGO_MANIFEST_DIR"), "tests", directory]
                .iter()
                .collect(),
            extension,
        }
    }

    /// Compares what `run` makes of each case with what is expected, and then fails for all cases
    /// that differ.
    pub(super) fn check(&self, run: impl Fn(&str) -> Result<String, String>) {
        let update = env::var_os(UPDATE).is_some();
        let (cases, expected) = self.names();
        let mut failures = Vec::new();

        assert!(!cases.is_empty(), "no case in {}", self.directory.display());
        for stray in expected.difference(&cases) {
            failures.push(format!(
                "{stray}: there is no such case any more, remove the file"
            ));
        }
        for case in &cases {
            let source = self.read(case, "rs");
            match run(&source) {
                Err(failure) => failures.push(format!("{case}: {failure}")),
                Ok(result) if update => self.write(case, &result),
                Ok(_) if !expected.contains(case) => {
                    failures.push(format!("{case}: {case}.{} is missing", self.extension));
                }
                Ok(result) => {
                    let expected = self.read(case, self.extension);
                    if result != expected {
                        failures.push(format!("{case}:\n{}", difference(&expected, &result)));
                    }
                }
            }
        }
        assert!(
            failures.is_empty(),
            "\n{}\n\nIf this is what you want, run\n    {UPDATE}=1 cargo test -p livepatch-macros\n\
             and read the difference in {} before you commit it.\n",
            failures.join("\n"),
            self.directory.display()
        );
    }

    /// Returns the names of the cases, and the names of the cases that something is expected of.
    fn names(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let suffix = format!(".{}", self.extension);
        let mut cases = BTreeSet::new();
        let mut expected = BTreeSet::new();

        for entry in fs::read_dir(&self.directory).expect("the directory can be read") {
            let entry = entry.expect("the directory can be read");
            let name = entry.file_name().into_string().expect("names are UTF-8");
            if let Some(case) = name.strip_suffix(&suffix) {
                expected.insert(case.to_owned());
            } else if let Some(case) = name.strip_suffix(".rs") {
                cases.insert(case.to_owned());
            }
        }
        (cases, expected)
    }

    fn read(&self, case: &str, extension: &str) -> String {
        let path = self.directory.join(format!("{case}.{extension}"));

        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
    }

    fn write(&self, case: &str, content: &str) {
        let path = self.directory.join(format!("{case}.{}", self.extension));

        fs::write(&path, content)
            .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
    }
}

/// Shows the lines between the first and the last that differ.
fn difference(expected: &str, found: &str) -> String {
    let expected: Vec<&str> = expected.lines().collect();
    let found: Vec<&str> = found.lines().collect();
    let same = |(a, b): &(&&str, &&str)| a == b;
    let before = expected.iter().zip(&found).take_while(same).count();
    let shorter = expected.len().min(found.len()) - before;
    let after = expected
        .iter()
        .rev()
        .zip(found.iter().rev())
        .take(shorter)
        .take_while(same)
        .count();
    let lines = |sign: &str, lines: &[&str]| {
        let mut text = String::new();
        for line in &lines[before..lines.len() - after] {
            text.extend(["  ", sign, line, "\n"]);
        }
        text
    };

    format!(
        "  from line {} (- expected, + found):\n{}{}",
        before + 1,
        lines("-", &expected),
        lines("+", &found)
    )
}
