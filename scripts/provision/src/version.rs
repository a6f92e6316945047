// SPDX-License-Identifier: GPL-2.0

//! Versions of Debian packages, and their order.
//!
//! The order is the one of deb-version(7): epoch, upstream version, revision; digits by value, letters before everything that
//! is not a letter, and `~` before everything, even the end.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of a Debian package.
///
/// # Examples
///
/// ```ignore
/// assert!(Version::new("7.2.9-1~bpo13+1") < Version::new("7.2.12-1~bpo13+1"));
/// ```
#[derive(Debug, Clone, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// Takes a version as it is spelled in a package's control data.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Epoch, upstream version and revision; a missing epoch or revision is `0` or empty.
    fn parts(&self) -> (&str, &str, &str) {
        let (epoch, rest) = self.0.split_once(':').unwrap_or(("0", &self.0));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        (epoch, upstream, revision)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.parts(), other.parts());
        compare_numbers(a.0, b.0)
            .then_with(|| compare_part(a.1, b.1))
            .then_with(|| compare_part(a.2, b.2))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

/// Compares two upstream versions or two revisions: runs of non-digits and of digits, in turns.
fn compare_part(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (a_text, a_rest) = split_at(a, |c| c.is_ascii_digit());
        let (b_text, b_rest) = split_at(b, |c| c.is_ascii_digit());
        let (a_number, a_rest) = split_at(a_rest, |c| !c.is_ascii_digit());
        let (b_number, b_rest) = split_at(b_rest, |c| !c.is_ascii_digit());
        let order = compare_text(a_text, b_text).then_with(|| compare_numbers(a_number, b_number));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (a_rest, b_rest);
    }
    Ordering::Equal
}

fn split_at(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

/// Compares two runs of non-digits; the end of a run stands between `~` and the letters.
fn compare_text(a: &str, b: &str) -> Ordering {
    fn weight(byte: Option<&u8>) -> i32 {
        match byte {
            Some(b'~') => -1,
            None => 0,
            Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
            Some(other) => i32::from(*other) + 256,
        }
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    (0..a.len().max(b.len()))
        .map(|i| weight(a.get(i)).cmp(&weight(b.get(i))))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Compares two runs of digits by value, however long they are.
fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_that_of_deb_version() {
        // Each is older than the next.
        let ascending = [
            "1.0~rc1-1",
            "1.0~rc2-1",
            "1.0-1~bpo13+1",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1.1",
            "1.0-2",
            "1.0a-1",
            "1.0+dfsg-1",
            "1.2-1",
            "1.10-1",
            "6.12.115-1",
            "6.12.115-2",
            "7.2.9-1~bpo13+1",
            "7.2.12-1~bpo13+1",
            "7.2.12-1~bpo13+2",
            "7.2.12-1",
            "1:0.1-1",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(
                    Version::new(*a).cmp(&Version::new(*b)),
                    i.cmp(&j),
                    "{a} against {b}"
                );
            }
        }
    }

    #[test]
    fn different_spellings_of_one_version_are_equal() {
        for (a, b) in [("1.0-1", "0:1.0-1"), ("1.01-1", "1.1-01"), ("1.0", "1.0-0")] {
            assert_eq!(Version::new(a), Version::new(b));
        }
    }
}
