// SPDX-License-Identifier: GPL-2.0

//! What was measured, before anything is computed from it.
//!
//! A sample is a line:
//!
//! ```text
//! instructions.read cmdline 2 1514.02
//! [A]               [B]     [C] [D]
//!
//! [A]  what was measured
//! [B]  the module; "-" when none was loaded, and with "_c" at its end when it is the twin in C
//! [C]  the repetition
//! [D]  the value: instructions or microseconds, as the name of the figure says
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// What ends the name of a module that is the twin in C of another.
pub const TWIN: &str = "_c";
/// The module of samples without one.
pub const UNPATCHED: &str = "-";

/// The values of a figure of a module, one for each repetition, in order.
#[derive(Debug, Default, PartialEq)]
pub struct Samples(BTreeMap<(String, String), Vec<f64>>);

impl Samples {
    /// Adds the samples of a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line is no sample.
    pub fn read(&mut self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
        for (index, line) in text.lines().enumerate() {
            self.add(line).map_err(|reason| Error::Sample {
                path: path.to_owned(),
                line: index + 1,
                reason,
            })?;
        }
        Ok(())
    }

    /// Adds the sample of a line, or returns what is wrong with it.
    fn add(&mut self, line: &str) -> std::result::Result<(), &'static str> {
        let mut words = line.split_whitespace();
        let (Some(figure), Some(module), Some(round), Some(value), None) = (
            words.next(),
            words.next(),
            words.next(),
            words.next(),
            words.next(),
        ) else {
            return Err("not four words");
        };
        let round: usize = round.parse().map_err(|_| "the round is no number")?;
        let value: f64 = value.parse().map_err(|_| "the value is no number")?;
        if !value.is_finite() || value <= 0.0 {
            return Err("the value is not above zero");
        }
        let values = self
            .0
            .entry((figure.to_owned(), module.to_owned()))
            .or_default();
        if round != values.len() + 1 {
            return Err("the round is not the next one");
        }
        values.push(value);
        Ok(())
    }

    /// Returns the values of a figure of a module.
    pub fn get(&self, figure: &str, module: &str) -> Option<&[f64]> {
        let key = (figure.to_owned(), module.to_owned());
        self.0.get(&key).map(Vec::as_slice)
    }

    /// Returns the values of a figure of a module that must be there.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn want(&self, figure: &str, module: &str) -> Result<&[f64]> {
        self.get(figure, module).ok_or_else(|| Error::Missing {
            figure: figure.to_owned(),
            module: module.to_owned(),
        })
    }

    /// Returns the livepatches that have a twin, sorted.
    pub fn livepatches(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .0
            .keys()
            .filter_map(|(_, module)| module.strip_suffix(TWIN))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Returns the median, or [`None`] of nothing; sorts the values.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some((values[low] + values[high]) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_samples() {
        let mut samples = Samples::default();
        for line in [
            "build.warm cmdline 1 1900000",
            "build.warm cmdline_c 1 1500000",
            "build.warm cmdline 2 1800000",
            "instructions.read - 1 1200.5",
            "build.warm shadow_c 1 1",
        ] {
            samples.add(line).unwrap();
        }
        assert_eq!(
            samples.get("build.warm", "cmdline"),
            Some(&[1_900_000.0, 1_800_000.0][..])
        );
        assert_eq!(
            samples.want("instructions.read", UNPATCHED).unwrap(),
            [1200.5]
        );
        assert_eq!(samples.livepatches(), ["cmdline", "shadow"]);
        assert!(samples.want("build.warm", "shadow").is_err());
    }

    #[test]
    fn other_lines_are_refused() {
        for (line, reason) in [
            ("", "not four words"),
            ("read cmdline 1", "not four words"),
            ("read cmdline 1 2 3", "not four words"),
            ("read cmdline one 2", "the round is no number"),
            ("read cmdline 1 two", "the value is no number"),
            ("read cmdline 1 0", "the value is not above zero"),
            ("read cmdline 1 -1", "the value is not above zero"),
            ("read cmdline 1 nan", "the value is not above zero"),
            ("read cmdline 1 inf", "the value is not above zero"),
            ("read cmdline 2 1", "the round is not the next one"),
        ] {
            assert_eq!(Samples::default().add(line), Err(reason), "{line}");
        }
    }

    #[test]
    fn errors_name_the_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "a b 1 1\nnonsense\n").unwrap();
        let error = Samples::default().read(file.path()).unwrap_err();
        let want = format!("{}:2: not four words", file.path().display());
        assert!(error.to_string().starts_with(&want), "{error}");
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0]), Some(3.0));
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
