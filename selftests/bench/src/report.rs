// SPDX-License-Identifier: GPL-2.0

//! The report: all the figures, for people and for programs.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::figure::{Figure, Unit};
use crate::sample::{median, Samples, TWIN, UNPATCHED};
use crate::size::Size;

/// How far most of the repeated counts of the same instructions may be from their median, in per
/// cent.
const UNSTEADY: f64 = 1.0;
/// What is timed: a build from nothing, and one after a change of the livepatch's own file.
const BUILDS: [&str; 2] = ["build.full", "build.warm"];
/// What instructions are counted of; see [`crate::count::Operation`].
const CALLS: [&str; 2] = ["instructions.read", "instructions.open"];

/// All the figures.
#[derive(Debug, PartialEq, Serialize)]
pub struct Report {
    release: String,
    figures: Vec<Figure>,
}

impl Report {
    /// Computes the figures.
    ///
    /// # Arguments
    ///
    /// * `release` - the kernel that it was measured with
    /// * `modules` - the directory of the modules whose size is measured
    /// * `samples` - the files of samples
    ///
    /// # Errors
    ///
    /// A file cannot be read or parsed, a livepatch was measured without its twin or the other way
    /// round, or repeated counts differ.
    pub fn new(release: String, modules: &Path, samples: &[PathBuf]) -> Result<Self> {
        let mut all = Samples::default();
        for path in samples {
            all.read(path)?;
        }
        let livepatches = all.livepatches();
        if livepatches.is_empty() {
            return Err(Error::Nothing);
        }
        let mut figures = Vec::new();
        for livepatch in livepatches {
            figures.extend(sizes(modules, livepatch)?);
            for name in CALLS {
                figures.extend(calls(&all, name, livepatch)?);
            }
            for name in BUILDS {
                figures.extend(build(&all, name, livepatch)?);
            }
        }
        Ok(Self { release, figures })
    }

    /// Writes the report as JSON: a new file takes the place of the old one when it is whole.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(directory)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(Error::file("write", path))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.figures
            .iter()
            .try_for_each(|figure| writeln!(f, "{figure}"))
    }
}

/// Compares the sizes of a livepatch and its twin.
fn sizes(modules: &Path, livepatch: &str) -> Result<Vec<Figure>> {
    let rust = Size::of(&modules.join(format!("{livepatch}.ko")))?;
    let c = Size::of(&modules.join(format!("{livepatch}{TWIN}.ko")))?;
    let figure = |what: &str, rust: u64, c: u64| {
        let name = format!("{livepatch}.size.{what}");
        Figure::new(name, Unit::Bytes, rust as f64, c as f64)
    };
    Ok(vec![
        figure("text", rust.text, c.text),
        figure("data", rust.data, c.data),
        figure("allocated", rust.allocated, c.allocated),
        figure("file", rust.file, c.file),
    ])
}

/// Compares the instructions of a call, and how many more they are than in the unpatched kernel;
/// nothing if they were not counted.
fn calls(samples: &Samples, name: &str, livepatch: &str) -> Result<Vec<Figure>> {
    let twin = format!("{livepatch}{TWIN}");
    if samples.get(name, livepatch).is_none() && samples.get(name, &twin).is_none() {
        return Ok(Vec::new());
    }
    let mut greatest = 0.0_f64;
    let mut count = |module: &str| {
        // Now and then the kernel is in another state for a while, such as when each allocation
        // needs a new slab. Most of the repetitions must be the same.
        let (count, spread) = middle(samples.want(name, module)?);
        if spread > UNSTEADY {
            return Err(Error::Unsteady {
                figure: name.to_owned(),
                module: module.to_owned(),
                percent: spread,
                limit: UNSTEADY,
            });
        }
        greatest = greatest.max(spread);
        Ok(count)
    };
    let (unpatched, rust, c) = (count(UNPATCHED)?, count(livepatch)?, count(&twin)?);
    let figure = |what: &str, rust: f64, c: f64| {
        let name = format!("{livepatch}.{name}{what}");
        Figure {
            spread: Some(greatest),
            ..Figure::new(name, Unit::Instructions, rust, c)
        }
    };
    Ok(vec![
        figure("", rust, c),
        figure(".added", rust - unpatched, c - unpatched),
    ])
}

/// Compares how long a build takes, pair by pair, because the machine is not equally fast at all
/// times; nothing if it was not timed.
fn build(samples: &Samples, name: &str, livepatch: &str) -> Result<Option<Figure>> {
    let twin = format!("{livepatch}{TWIN}");
    if samples.get(name, livepatch).is_none() && samples.get(name, &twin).is_none() {
        return Ok(None);
    }
    let (rust, c) = (samples.want(name, livepatch)?, samples.want(name, &twin)?);
    if rust.len() != c.len() {
        return Err(Error::Missing {
            figure: name.to_owned(),
            module: if rust.len() < c.len() {
                livepatch.to_owned()
            } else {
                twin
            },
        });
    }
    let ratios: Vec<f64> = rust.iter().zip(c).map(|(rust, c)| rust / c).collect();
    let (ratio, spread) = middle(&ratios);
    Ok(Some(Figure::of_ratio(
        format!("{livepatch}.{name}"),
        ratio,
        spread,
    )))
}

/// Returns the median of values, of which there is at least one, and how far from it the nearer half
/// of them is at most, in per cent.
fn middle(values: &[f64]) -> (f64, f64) {
    let median = median(&mut values.to_vec()).unwrap_or_default();
    let mut distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
    distances.sort_unstable_by(f64::total_cmp);
    let distance = distances.get(values.len() / 2).copied().unwrap_or_default();
    (median, 100.0 * distance / median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn samples(lines: &str) -> Result<Samples> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), lines).unwrap();
        let mut samples = Samples::default();
        samples.read(file.path())?;
        Ok(samples)
    }

    #[test]
    fn calls_are_compared_with_c_and_with_the_unpatched_kernel() {
        let samples = samples(
            "instructions.read - 1 1000\ninstructions.read a 1 1300\ninstructions.read a_c 1 1200\n\
             instructions.read a 2 1301\ninstructions.read a 3 1302\n",
        )
        .unwrap();
        let figures = calls(&samples, "instructions.read", "a").unwrap();
        let lines: Vec<String> = figures.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "a.instructions.read: 1301.0 instructions (1.084)",
                "a.instructions.read.added: 301.0 instructions (1.505)"
            ]
        );
        assert!(figures[0].spread.is_some_and(|spread| spread > 0.05));
        assert_eq!(calls(&samples, "instructions.open", "a").unwrap(), []);
    }

    #[test]
    fn counts_that_differ_are_an_error() {
        let samples = samples(
            "instructions.read - 1 1000\ninstructions.read a 1 1300\ninstructions.read a_c 1 1200\n\
             instructions.read a_c 2 1250\n",
        )
        .unwrap();
        let error = calls(&samples, "instructions.read", "a").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("instructions.read of a_c: repetitions differ by 2.04 %"),
            "{error}"
        );
    }

    #[test]
    fn a_repetition_that_differs_from_the_others_does_not_count() {
        let (median, spread) = middle(&[40561.7, 12355.9, 12355.9]);
        assert_eq!((median, spread), (12355.9, 0.0));
    }

    #[test]
    fn builds_are_compared_pair_by_pair() {
        // A machine that became ten times slower after the first pair.
        let samples = samples(
            "build.warm a 1 12\nbuild.warm a_c 1 10\nbuild.warm a 2 130\nbuild.warm a_c 2 100\n\
             build.warm a 3 140\nbuild.warm a_c 3 100\n",
        )
        .unwrap();
        let figure = build(&samples, "build.warm", "a").unwrap().unwrap();
        assert_eq!(figure.to_string(), "a.build.warm: 1.30 times C (1.300)");
        assert_eq!(build(&samples, "build.full", "a").unwrap(), None);
    }

    #[test]
    fn half_a_pair_is_an_error() {
        for (lines, missing) in [
            ("build.warm a 1 1\n", "a_c"),
            ("build.warm a_c 1 1\n", "a"),
            (
                "build.warm a 1 1\nbuild.warm a 2 1\nbuild.warm a_c 1 1\n",
                "a_c",
            ),
            (
                "build.warm a 1 1\nbuild.warm a_c 1 1\nbuild.warm a_c 2 1\n",
                "a",
            ),
        ] {
            let samples = samples(lines).unwrap();
            let error = build(&samples, "build.warm", "a").unwrap_err();
            assert!(
                matches!(&error, Error::Missing { module, .. } if module == missing),
                "{lines}: {error}"
            );
        }
    }

    #[test]
    fn nothing_measured_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Report::new(
            "r".into(),
            Path::new("/nonexistent"),
            &[file.path().to_owned()],
        )
        .unwrap_err();
        assert!(matches!(error, Error::Nothing), "{error}");
    }

    #[test]
    fn json_replaces_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bench.json");
        fs::write(&path, "old").unwrap();
        let report = Report {
            release: "7.2".into(),
            figures: vec![Figure::new("a.size.text".into(), Unit::Bytes, 3.0, 2.0)],
        };
        report.write(&path).unwrap();
        let value: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(value["release"], "7.2");
        assert_eq!(value["figures"][0]["name"], "a.size.text");
        assert_eq!(value["figures"][0]["unit"], "bytes");
        assert_eq!(value["figures"][0]["ratio"], 1.5);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let error = report.write(Path::new("/nonexistent/x")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
    }
}
