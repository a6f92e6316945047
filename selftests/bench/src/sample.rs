// SPDX-License-Identifier: GPL-2.0

//! What was measured, before anything is computed from it.
//!
//! A sample is a line:
//!
//! ```text
//! instructions.read core/cmdline 2 1514.02
//! [A]               [B]  [C]     [D] [E]
//!
//! [A]  what was measured
//! [B]  what made the module: kernel or core, the back end of Rust, or c
//! [C]  the livepatch; "-" instead of both when none was loaded
//! [D]  the repetition
//! [E]  the value: instructions or microseconds, as the name of the figure says
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::maker::Maker;

/// What was loaded or built when it was measured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The kernel without a livepatch.
    Unpatched,
    /// A livepatch.
    Module {
        /// What made it.
        maker: Maker,
        /// Its name, which is the same for all makers.
        livepatch: String,
    },
}

impl Subject {
    /// Makes the subject of a livepatch.
    pub fn module(maker: Maker, livepatch: &str) -> Self {
        Self::Module {
            maker,
            livepatch: livepatch.to_owned(),
        }
    }

    /// Parses the word of a sample, or returns what is wrong with it.
    fn parse(word: &str) -> std::result::Result<Self, &'static str> {
        if word == "-" {
            return Ok(Self::Unpatched);
        }
        let (maker, livepatch) = word
            .split_once('/')
            .ok_or("the module is neither - nor of the form maker/livepatch")?;
        Ok(Self::module(maker.parse()?, livepatch))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unpatched => f.write_str("the unpatched kernel"),
            Self::Module { maker, livepatch } => write!(f, "{maker}/{livepatch}"),
        }
    }
}

/// The values of a figure of a subject, one for each repetition, in order.
#[derive(Debug, Default, PartialEq)]
pub struct Samples(BTreeMap<(String, Subject), Vec<f64>>);

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
        let (Some(figure), Some(subject), Some(round), Some(value), None) = (
            words.next(),
            words.next(),
            words.next(),
            words.next(),
            words.next(),
        ) else {
            return Err("not four words");
        };
        let subject = Subject::parse(subject)?;
        let round: usize = round.parse().map_err(|_| "the round is no number")?;
        let value: f64 = value.parse().map_err(|_| "the value is no number")?;
        if !value.is_finite() || value <= 0.0 {
            return Err("the value is not above zero");
        }
        let values = self.0.entry((figure.to_owned(), subject)).or_default();
        if round != values.len() + 1 {
            return Err("the round is not the next one");
        }
        values.push(value);
        Ok(())
    }

    /// Returns the values of a figure of a subject.
    pub fn get(&self, figure: &str, subject: &Subject) -> Option<&[f64]> {
        let key = (figure.to_owned(), subject.clone());
        self.0.get(&key).map(Vec::as_slice)
    }

    /// Returns the values of a figure of a subject that must be there.
    ///
    /// # Errors
    ///
    /// They are not.
    pub fn want(&self, figure: &str, subject: &Subject) -> Result<&[f64]> {
        self.get(figure, subject).ok_or_else(|| Error::Missing {
            figure: figure.to_owned(),
            subject: subject.clone(),
        })
    }

    /// Returns the livepatches of which there are samples, sorted.
    pub fn livepatches(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.modules().map(|(_, livepatch)| livepatch).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns what made the livepatches of which there are samples, in the order of [`Maker::ALL`].
    pub fn makers(&self) -> Vec<Maker> {
        let mut makers: Vec<Maker> = self.modules().map(|(maker, _)| maker).collect();
        makers.sort_unstable();
        makers.dedup();
        makers
    }

    fn modules(&self) -> impl Iterator<Item = (Maker, &str)> {
        self.0.keys().filter_map(|(_, subject)| match subject {
            Subject::Unpatched => None,
            Subject::Module { maker, livepatch } => Some((*maker, livepatch.as_str())),
        })
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
            "build.warm kernel/cmdline 1 1900000",
            "build.warm c/cmdline 1 1500000",
            "build.warm kernel/cmdline 2 1800000",
            "instructions.read - 1 1200.5",
            "build.warm c/shadow 1 1",
            "build.first core/shadow 1 5",
        ] {
            samples.add(line).unwrap();
        }
        assert_eq!(
            samples.get("build.warm", &Subject::module(Maker::Kernel, "cmdline")),
            Some(&[1_900_000.0, 1_800_000.0][..])
        );
        assert_eq!(
            samples
                .want("instructions.read", &Subject::Unpatched)
                .unwrap(),
            [1200.5]
        );
        assert_eq!(samples.livepatches(), ["cmdline", "shadow"]);
        assert_eq!(samples.makers(), Maker::ALL);
        let error = samples
            .want("build.warm", &Subject::module(Maker::Core, "shadow"))
            .unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("build.warm: no sample of core/shadow, "),
            "{error}"
        );
    }

    #[test]
    fn other_lines_are_refused() {
        for (line, reason) in [
            ("", "not four words"),
            ("read c/cmdline 1", "not four words"),
            ("read c/cmdline 1 2 3", "not four words"),
            (
                "read cmdline 1 2",
                "the module is neither - nor of the form maker/livepatch",
            ),
            (
                "read pascal/cmdline 1 2",
                "what made the module is neither kernel nor core nor c",
            ),
            ("read c/cmdline one 2", "the round is no number"),
            ("read c/cmdline 1 two", "the value is no number"),
            ("read c/cmdline 1 0", "the value is not above zero"),
            ("read c/cmdline 1 -1", "the value is not above zero"),
            ("read c/cmdline 1 nan", "the value is not above zero"),
            ("read c/cmdline 1 inf", "the value is not above zero"),
            ("read c/cmdline 2 1", "the round is not the next one"),
        ] {
            assert_eq!(Samples::default().add(line), Err(reason), "{line}");
        }
    }

    #[test]
    fn errors_name_the_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "a c/b 1 1\nnonsense\n").unwrap();
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
