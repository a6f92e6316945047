// SPDX-License-Identifier: GPL-2.0

//! Durations: a number of seconds, or a number with a unit.

use std::fmt;
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// The most for what a program waits for.
const MOST: u64 = 24 * 60 * 60;

/// Reads the duration of something that a program waits for.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(Seconds {
        most: MOST,
        most_text: "a day",
    })
}

/// Writes a duration: in seconds.
pub(super) fn serialize<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

/// Durations of what goes on without a program that waits.
pub(super) mod long {
    use super::{Deserializer, Duration, Seconds, MOST};

    pub(in super::super) use super::serialize;

    /// Reads a duration.
    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        deserializer.deserialize_any(Seconds {
            most: 365 * MOST,
            most_text: "365 days",
        })
    }
}

struct Seconds {
    most: u64,
    most_text: &'static str,
}

impl Seconds {
    fn check<E: Error>(&self, seconds: Option<u64>) -> Result<Duration, E> {
        match seconds {
            Some(seconds) if seconds <= self.most => Ok(Duration::from_secs(seconds)),
            _ => Err(E::custom(format!("at most {} is allowed", self.most_text))),
        }
    }
}

impl Visitor<'_> for Seconds {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seconds, or a number with s, m, h or d, like \"5m\"")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Duration, E> {
        match u64::try_from(seconds) {
            Ok(seconds) => self.check(Some(seconds)),
            Err(_) => Err(E::custom("a duration is not negative")),
        }
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Duration, E> {
        self.check(Some(seconds))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let (number, unit) = match text.char_indices().next_back() {
            Some((at, unit)) => (text.get(..at).unwrap_or_default(), unit),
            None => ("", ' '),
        };
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => 0,
        };
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if seconds == 0 || !is_number {
            return Err(E::invalid_value(serde::de::Unexpected::Str(text), &self));
        }

        self.check(
            number
                .parse::<u64>()
                .ok()
                .and_then(|n| n.checked_mul(seconds)),
        )
    }
}
