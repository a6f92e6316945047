// SPDX-License-Identifier: GPL-2.0

//! Times of the command line: `90`, `90s`, `2m`, `1h`, `500ms`.

use std::time::Duration;

/// The most that is waited for: a day.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a time.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Duration, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let milliseconds = match unit {
        "" | "s" => 1000,
        "ms" => 1,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a number with one of the units ms, s, m, h is wanted".to_owned()),
    };
    let duration = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .map(Duration::from_millis)
        .ok_or("a number with one of the units ms, s, m, h is wanted")?;

    match duration <= MOST {
        true => Ok(duration),
        false => Err("at most a day is allowed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, milliseconds) in [
            ("0", 0),
            ("90", 90_000),
            ("90s", 90_000),
            ("2m", 120_000),
            ("2min", 120_000),
            ("1h", 3_600_000),
            ("500ms", 500),
            ("24h", 86_400_000),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "s",
            "-1",
            "1.5s",
            "1 s",
            "1d",
            "25h",
            "99999999999999999999",
            "18446744073709551615h",
            "٣",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
