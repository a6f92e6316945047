// SPDX-License-Identifier: GPL-2.0

//! One line of the report.

use std::fmt;

use serde::Serialize;

/// A figure of a livepatch, and how it compares with C.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is of: `<livepatch>.<what>.<maker>`.
    pub name: String,
    /// The value: the median of what was counted, the shortest of what was timed.
    pub value: f64,
    /// The unit of the value.
    pub unit: Unit,
    /// The value divided by C's, unless that is not above zero; the median of such ratios of what was
    /// timed.
    pub ratio: Option<f64>,
    /// How far from their median most of the repeated counts are at most, or of the ratios of repeated
    /// builds, in per cent; if it was repeated.
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
    /// Seconds.
    Seconds,
}

impl Figure {
    /// Makes the figure of a value and that of C.
    pub fn new(name: String, unit: Unit, value: f64, c: f64) -> Self {
        Self {
            name,
            value,
            unit,
            ratio: (c > 0.0).then(|| value / c),
            spread: None,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Instructions => "instructions",
            Self::Seconds => "seconds",
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
            Unit::Seconds => 2,
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
        let size = Figure::new("a.size.text.core".into(), Unit::Bytes, 300.0, 240.0);
        assert_eq!(size.to_string(), "a.size.text.core: 300 bytes (1.250)");
        let calls = Figure::new("a.read.c".into(), Unit::Instructions, 1514.04, 1514.04);
        assert_eq!(calls.to_string(), "a.read.c: 1514.0 instructions (1.000)");
        let time = Figure::new("a.build.warm.core".into(), Unit::Seconds, 1.2345, 0.5);
        assert_eq!(time.to_string(), "a.build.warm.core: 1.23 seconds (2.469)");
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
