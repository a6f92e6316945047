// SPDX-License-Identifier: GPL-2.0

//! How things are said to people.

use std::fmt::Write;
use std::time::Duration;

/// Returns a text from outside as a terminal can take it: what would move the cursor, or hide what follows, is escaped.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());

    for c in text.chars() {
        match c {
            // Marks that change the direction of what follows.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                printable.extend(c.escape_unicode());
            }
            c if c.is_control() => printable.extend(c.escape_default()),
            c => printable.push(c),
        }
    }
    printable
}

/// Returns a time as people say it: `340 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let pair = |big: u64, unit: &str, small: u64, less: &str| match small {
        0 => format!("{big} {unit}"),
        small => format!("{big} {unit} {small} {less}"),
    };

    match seconds {
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{seconds} s"),
        60..3600 => pair(seconds / 60, "min", seconds % 60, "s"),
        3600..86400 => pair(seconds / 3600, "h", seconds / 60 % 60, "min"),
        _ => pair(seconds / 86400, "d", seconds / 3600 % 24, "h"),
    }
}

/// Returns a number of things: `1 task`, `2 tasks`.
pub fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

/// Returns a moment, in seconds since 1970, as `2026-11-29T19:00:00Z`.
pub fn moment(seconds: u64) -> String {
    let (days, rest) = (seconds / 86400, seconds % 86400);
    let (year, month, day) = date(days);
    let mut moment = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        moment,
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3600,
        rest / 60 % 60,
        rest % 60
    );
    moment
}

/// Returns the date of a day, counted from 1970-01-01, in the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that a leap day is the last of its year; 400 years are an era.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;

    match month {
        0..10 => (era * 400 + year, month + 3, day_of_month),
        _ => (era * 400 + year + 1, month - 9, day_of_month),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_moves_the_cursor() {
        for (text, expected) in [
            ("cat", "cat"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("größer", "größer"),
            ("\u{7f}\u{0}", "\\u{7f}\\u{0}"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }

    #[test]
    fn times_are_said() {
        for (milliseconds, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1 s"),
            (59_999, "59 s"),
            (60_000, "1 min"),
            (185_000, "3 min 5 s"),
            (7_800_000, "2 h 10 min"),
            (86_400_000, "1 d"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected);
        }
        assert!(duration(Duration::MAX).ends_with(" h"));
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_790_000_000, "2026-09-21T14:13:20Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(seconds), expected);
        }
        moment(u64::MAX);
    }
}
