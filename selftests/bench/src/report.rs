// SPDX-License-Identifier: GPL-2.0

//! The report: all the figures, for people and for programs.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::figure::{Figure, Unit};
use crate::maker::Maker;
use crate::sample::{median, Samples, Subject};
use crate::size::Size;

/// How far most of the repeated counts of the same instructions may be from their median, in per
/// cent.
const UNSTEADY: f64 = 1.0;
/// What is timed, and what of C it is compared with: a build from nothing, without and with libcore
/// in its cache, and one after a change of the livepatch's own file. C needs no libcore.
const BUILDS: [(&str, &str); 3] = [
    ("build.first", "build.full"),
    ("build.full", "build.full"),
    ("build.warm", "build.warm"),
];
/// How many microseconds, the unit of timed samples, a second has.
const MICROSECONDS: f64 = 1e6;
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
    /// * `modules` - the directory of the modules whose size is measured, `<maker>/<livepatch>.ko`
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
        let mut makers = all.makers();
        makers.retain(|maker| *maker != Maker::C);
        if makers.is_empty() {
            return Err(Error::Nothing);
        }
        makers.push(Maker::C);
        let mut figures = Vec::new();
        for livepatch in all.livepatches() {
            figures.extend(sizes(modules, livepatch, &makers)?);
            for name in CALLS {
                figures.extend(calls(&all, name, livepatch, &makers)?);
            }
            for (name, twin) in BUILDS {
                figures.extend(build(&all, name, twin, livepatch, &makers)?);
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

/// Compares the sizes of a livepatch as each of the makers makes it.
fn sizes(modules: &Path, livepatch: &str, makers: &[Maker]) -> Result<Vec<Figure>> {
    let size = |maker: Maker| Size::of(&modules.join(format!("{maker}/{livepatch}.ko")));
    let c = size(Maker::C)?;
    let all = makers
        .iter()
        .map(|maker| Ok((maker, size(*maker)?)))
        .collect::<Result<Vec<_>>>()?;
    type Part = fn(&Size) -> u64;
    let parts: [(&str, Part); 4] = [
        ("text", |size| size.text),
        ("data", |size| size.data),
        ("allocated", |size| size.allocated),
        ("file", |size| size.file),
    ];
    let mut figures = Vec::new();
    for (what, part) in parts {
        for (maker, size) in &all {
            let name = format!("{livepatch}.size.{what}.{maker}");
            let (bytes, c) = (part(size) as f64, part(&c) as f64);
            figures.push(Figure::new(name, Unit::Bytes, bytes, c));
        }
    }
    Ok(figures)
}

/// Compares the instructions of a call, and how many more they are than in the unpatched kernel;
/// nothing if they were not counted.
fn calls(samples: &Samples, name: &str, livepatch: &str, makers: &[Maker]) -> Result<Vec<Figure>> {
    let counted = |maker: &Maker| {
        samples
            .get(name, &Subject::module(*maker, livepatch))
            .is_some()
    };
    if !makers.iter().any(counted) {
        return Ok(Vec::new());
    }
    let count = |subject: Subject| {
        // Now and then the kernel is in another state for a while, such as when each allocation
        // needs a new slab. Most of the repetitions must be the same.
        let (count, spread) = middle(samples.want(name, &subject)?);
        if spread > UNSTEADY {
            return Err(Error::Unsteady {
                figure: name.to_owned(),
                subject,
                percent: spread,
                limit: UNSTEADY,
            });
        }
        Ok((count, spread))
    };
    let (unpatched, _) = count(Subject::Unpatched)?;
    let (c, _) = count(Subject::module(Maker::C, livepatch))?;
    let all = makers
        .iter()
        .map(|maker| Ok((maker, count(Subject::module(*maker, livepatch))?)))
        .collect::<Result<Vec<_>>>()?;
    let mut figures = Vec::new();
    for (what, before) in [("", 0.0), (".added", unpatched)] {
        for (maker, (count, spread)) in &all {
            let name = format!("{livepatch}.{name}{what}.{maker}");
            figures.push(Figure {
                spread: Some(*spread),
                ..Figure::new(name, Unit::Instructions, count - before, c - before)
            });
        }
    }
    Ok(figures)
}

/// Returns how long a build takes at least, and compares it with how long another takes in C, pair by
/// pair, because the machine is not equally fast at all times; nothing if it was not timed. Only some
/// of the makers have a build that C does not have.
fn build(
    samples: &Samples,
    name: &str,
    twin: &str,
    livepatch: &str,
    makers: &[Maker],
) -> Result<Vec<Figure>> {
    let mut timed = makers.to_vec();
    timed.retain(|maker| {
        samples
            .get(name, &Subject::module(*maker, livepatch))
            .is_some()
    });
    if timed.is_empty() {
        return Ok(Vec::new());
    }
    let c_subject = Subject::module(Maker::C, livepatch);
    let c = samples.want(twin, &c_subject)?;
    let mut figures = Vec::new();
    for maker in if name == twin { makers } else { &timed } {
        let subject = Subject::module(*maker, livepatch);
        let times = samples.want(name, &subject)?;
        if times.len() != c.len() {
            let (figure, subject) = if times.len() < c.len() {
                (name, subject)
            } else {
                (twin, c_subject)
            };
            return Err(Error::Missing {
                figure: figure.to_owned(),
                subject,
            });
        }
        let ratios: Vec<f64> = times.iter().zip(c).map(|(time, c)| time / c).collect();
        let (ratio, spread) = middle(&ratios);
        // What else the machine does only ever makes it longer.
        let time = times.iter().copied().fold(f64::INFINITY, f64::min);
        figures.push(Figure {
            name: format!("{livepatch}.{name}.{maker}"),
            value: time / MICROSECONDS,
            unit: Unit::Seconds,
            ratio: Some(ratio),
            spread: Some(spread),
        });
    }
    Ok(figures)
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

    /// Returns the lines of figures.
    fn lines(figures: &[Figure]) -> Vec<String> {
        figures.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn calls_are_compared_with_c_and_with_the_unpatched_kernel() {
        let samples = samples(
            "instructions.read - 1 1000\n\
             instructions.read kernel/a 1 1300\n\
             instructions.read core/a 1 1100\n\
             instructions.read c/a 1 1200\n\
             instructions.read kernel/a 2 1301\n\
             instructions.read kernel/a 3 1302\n",
        )
        .unwrap();
        let figures = calls(&samples, "instructions.read", "a", &Maker::ALL).unwrap();
        assert_eq!(
            lines(&figures),
            [
                "a.instructions.read.kernel: 1301.0 instructions (1.084)",
                "a.instructions.read.core: 1100.0 instructions (0.917)",
                "a.instructions.read.c: 1200.0 instructions (1.000)",
                "a.instructions.read.added.kernel: 301.0 instructions (1.505)",
                "a.instructions.read.added.core: 100.0 instructions (0.500)",
                "a.instructions.read.added.c: 200.0 instructions (1.000)",
            ]
        );
        assert!(figures[0].spread.is_some_and(|spread| spread > 0.05));
        assert_eq!(figures[1].spread, Some(0.0));
        let none = calls(&samples, "instructions.open", "a", &Maker::ALL).unwrap();
        assert_eq!(none, []);
    }

    #[test]
    fn a_call_that_was_counted_for_some_only_is_an_error() {
        for (lines, missing) in [
            ("x core/a 1 1\nx c/a 1 1\n", "the unpatched kernel"),
            ("x - 1 1\nx c/a 1 1\n", "core/a"),
            ("x - 1 1\nx core/a 1 1\n", "c/a"),
        ] {
            let samples = samples(lines).unwrap();
            let error = calls(&samples, "x", "a", &[Maker::Core, Maker::C]).unwrap_err();
            assert!(
                matches!(&error, Error::Missing { subject, .. } if subject.to_string() == missing),
                "{lines}: {error}"
            );
        }
    }

    #[test]
    fn counts_that_differ_are_an_error() {
        let samples = samples(
            "instructions.read - 1 1000\ninstructions.read core/a 1 1300\n\
             instructions.read c/a 1 1200\ninstructions.read c/a 2 1250\n",
        )
        .unwrap();
        let makers = [Maker::Core, Maker::C];
        let error = calls(&samples, "instructions.read", "a", &makers).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("instructions.read of c/a: repetitions differ by 2.04 %"),
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
        let makers = [Maker::Core, Maker::C];
        // A machine that became ten times slower after the first pair.
        let samples = samples(
            "build.warm core/a 1 1200000\nbuild.warm c/a 1 1000000\n\
             build.warm core/a 2 13000000\nbuild.warm c/a 2 10000000\n\
             build.warm core/a 3 14000000\nbuild.warm c/a 3 10000000\n",
        )
        .unwrap();
        let figures = build(&samples, "build.warm", "build.warm", "a", &makers).unwrap();
        assert_eq!(
            lines(&figures),
            [
                "a.build.warm.core: 1.20 seconds (1.300)",
                "a.build.warm.c: 1.00 seconds (1.000)"
            ]
        );
        let none = build(&samples, "build.full", "build.full", "a", &makers).unwrap();
        assert_eq!(none, []);
    }

    #[test]
    fn a_build_with_libcore_is_compared_with_a_full_one() {
        let samples = samples(
            "build.first core/a 1 30000000\nbuild.full core/a 1 20000000\n\
             build.full kernel/a 1 10000000\nbuild.full c/a 1 2000000\n",
        )
        .unwrap();
        let figures: Vec<Figure> = BUILDS
            .into_iter()
            .flat_map(|(name, twin)| build(&samples, name, twin, "a", &Maker::ALL).unwrap())
            .collect();
        assert_eq!(
            lines(&figures),
            [
                "a.build.first.core: 30.00 seconds (15.000)",
                "a.build.full.kernel: 10.00 seconds (5.000)",
                "a.build.full.core: 20.00 seconds (10.000)",
                "a.build.full.c: 2.00 seconds (1.000)",
            ]
        );
    }

    #[test]
    fn half_a_pair_is_an_error() {
        for (lines, missing) in [
            ("x core/a 1 1\n", "c/a"),
            ("x c/a 1 1\n", "core/a"),
            ("x core/a 1 1\nx core/a 2 1\nx c/a 1 1\n", "c/a"),
            ("x core/a 1 1\nx c/a 1 1\nx c/a 2 1\n", "core/a"),
        ] {
            let samples = samples(lines).unwrap();
            let makers = [Maker::Core, Maker::C];
            let error = build(&samples, "x", "x", "a", &makers).unwrap_err();
            assert!(
                matches!(&error, Error::Missing { subject, .. } if subject.to_string() == missing),
                "{lines}: {error}"
            );
        }
    }

    #[test]
    fn nothing_measured_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "build.warm c/a 1 1\n").unwrap();
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
            figures: vec![Figure::new(
                "a.size.text.core".into(),
                Unit::Bytes,
                3.0,
                2.0,
            )],
        };
        report.write(&path).unwrap();
        let value: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(value["release"], "7.2");
        assert_eq!(value["figures"][0]["name"], "a.size.text.core");
        assert_eq!(value["figures"][0]["unit"], "bytes");
        assert_eq!(value["figures"][0]["ratio"], 1.5);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let error = report.write(Path::new("/nonexistent/x")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
    }
}
