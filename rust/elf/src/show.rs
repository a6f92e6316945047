// SPDX-License-Identifier: GPL-2.0

//! What is in a note, for people.

use std::fmt::{self, Write};

/// A string of which a terminal understands nothing but what it shows.
///
/// What is in a note, the author of the module decides, who need not be a friend.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_plain(character) {
                f.write_char(character)?;
            } else {
                write!(f, "{}", character.escape_unicode())?;
            }
        }
        Ok(())
    }
}

/// Returns whether a character neither controls a terminal, nor lets text look like another one.
fn is_plain(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Returns a time, in seconds since 1970, as date and time of UTC, for people.
pub fn utc(seconds: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(seconds);

    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Returns a time, in seconds since 1970, as RFC 3339 writes it, for programs.
pub fn rfc3339(seconds: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(seconds);

    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Returns year, month, day, hour, minute and second.
fn parts(seconds: u64) -> [u64; 6] {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years of 365 days, and a day more at the end of each fourth, but not of each hundredth, but of each four hundredth: those
    // that begin in March have theirs at the end.
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);

    [
        year,
        month,
        day,
        second / 3600,
        second / 60 % 60,
        second % 60,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(utc(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(utc(1_790_000_000), "2026-09-21 14:13:20 UTC");
        assert_eq!(utc(4_107_542_400), "2100-03-01 00:00:00 UTC");
        assert!(utc(u64::MAX).ends_with("UTC"));
        assert_eq!(rfc3339(1_790_000_000), "2026-09-21T14:13:20Z");
    }

    #[test]
    fn what_controls_a_terminal_is_escaped() {
        assert_eq!(
            Shown("\u{1b}[2J\n\u{9b}").to_string(),
            "\\u{1b}[2J\\u{a}\\u{9b}"
        );
        assert_eq!(Shown("\u{202e}txt").to_string(), "\\u{202e}txt");
        assert_eq!(Shown("Zürich").to_string(), "Zürich");
    }
}
