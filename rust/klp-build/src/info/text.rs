// SPDX-License-Identifier: GPL-2.0

//! A note, for people.

use std::fmt;
use std::io::{self, Write};

use livepatch_elf::note::{Fix, Function, Note};

/// A string of which a terminal understands nothing but what it shows.
///
/// What is in a note, the author of the module decides, who need not be a friend.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if is_plain(character) {
                write!(f, "{character}")?;
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

/// Prints a note.
///
/// # Errors
///
/// The output cannot be written.
pub fn print(note: &Note, output: &mut dyn Write) -> io::Result<()> {
    let Note {
        name,
        version,
        replace,
        kernel,
        build_id,
        date,
        fixes,
    } = note;
    let mut line = |key: &str, value: &str| writeln!(output, "{key:<10}{}", Shown(value));

    line("name", name)?;
    if let Some(version) = version {
        line("version", version)?;
    }
    match replace {
        Some(true) => line("replaces", "the livepatches that are there")?,
        Some(false) => line("replaces", "nothing")?,
        None => {}
    }
    line("kernel", kernel)?;
    if let Some(build_id) = build_id {
        line("build id", build_id)?;
    }
    if let Some(date) = date {
        line("date", &utc(*date))?;
    }
    line("fixes", &fixes.len().to_string())?;
    for fix in fixes {
        print_fix(fix, output)?;
    }
    Ok(())
}

fn print_fix(fix: &Fix, output: &mut dyn Write) -> io::Result<()> {
    let Fix {
        id,
        title,
        cves,
        references,
        severity,
        functions,
    } = fix;

    writeln!(output, "\n{}: {}", Shown(id), Shown(title))?;
    let mut line = |key: &str, value: &str| writeln!(output, "  {key:<11}{}", Shown(value));
    for cve in cves {
        line("cve", cve)?;
    }
    for reference in references {
        line("reference", reference)?;
    }
    if let Some(severity) = severity {
        line("severity", severity)?;
    }
    for Function {
        object,
        name,
        sympos,
    } in functions
    {
        match sympos {
            0 => line("function", &format!("{object}:{name}"))?,
            _ => line("function", &format!("{object}:{name},{sympos}"))?,
        }
    }
    Ok(())
}

/// Returns a time, in seconds since 1970, as date and time of UTC.
fn utc(seconds: u64) -> String {
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

    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
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
