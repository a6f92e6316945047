// SPDX-License-Identifier: GPL-2.0

//! One line of the report.

use std::fmt;

use serde::Serialize;

/// A figure of a livepatch in Rust, next to that of its twin in C.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is of: `<livepatch>.<what>`.
    pub name: String,
    /// The livepatch's value; for times, of which only the ratio means something, that ratio.
    pub value: f64,
    /// The unit of the value.
    pub unit: Unit,
    /// The twin's value, if it means something by itself.
    pub c: Option<f64>,
    /// The livepatch's value divided by the twin's, unless that is not above zero.
    pub ratio: Option<f64>,
    /// How far from the median most of the repetitions are at most, in per cent, if it was repeated.
    pub spread: Option<f64>,
}

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Instructions for each call.
    Instructions,
    /// Times as long as C takes.
    TimesC,
}

impl Figure {
    /// Makes the figure of two values.
    pub fn new(name: String, unit: Unit, value: f64, c: f64) -> Self {
        Self {
            name,
            value,
            unit,
            c: Some(c),
            ratio: (c > 0.0).then(|| value / c),
            spread: None,
        }
    }

    /// Makes a figure that is a ratio.
    pub fn of_ratio(name: String, ratio: f64, spread: f64) -> Self {
        Self {
            name,
            value: ratio,
            unit: Unit::TimesC,
            c: None,
            ratio: Some(ratio),
            spread: Some(spread),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Instructions => "instructions",
            Self::TimesC => "times C",
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name, value, unit, ..
        } = self;
        let digits = match unit {
            Unit::Bytes => 0,
            Unit::Instructions => 1,
            Unit::TimesC => 2,
        };
        write!(f, "{name}: {value:.digits$} {unit} ")?;
        match self.ratio {
            Some(ratio) => write!(f, "({ratio:.3})"),
            None => f.write_str("(no ratio)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let size = Figure::new("cmdline.text".into(), Unit::Bytes, 300.0, 240.0);
        assert_eq!(size.to_string(), "cmdline.text: 300 bytes (1.250)");
        let calls = Figure::new("a.read".into(), Unit::Instructions, 1514.04, 1514.04);
        assert_eq!(calls.to_string(), "a.read: 1514.0 instructions (1.000)");
        let time = Figure::of_ratio("a.build.warm".into(), 1.2345, 3.0);
        assert_eq!(time.to_string(), "a.build.warm: 1.23 times C (1.234)");
    }

    #[test]
    fn there_is_no_ratio_to_nothing() {
        for c in [0.0, -3.0] {
            let figure = Figure::new("a.added".into(), Unit::Instructions, 5.0, c);
            assert_eq!(figure.ratio, None);
            assert_eq!(figure.to_string(), "a.added: 5.0 instructions (no ratio)");
        }
    }
}
