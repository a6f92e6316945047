// SPDX-License-Identifier: GPL-2.0

//! The time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time, and waits.
pub trait Clock {
    /// Returns the time since some moment, which no one sets.
    fn monotonic(&self) -> Duration;

    /// Returns the seconds since 1970.
    fn seconds_since_1970(&self) -> u64;

    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// The clock of the machine.
#[derive(Debug)]
pub struct MachineClock {
    start: Instant,
}

impl MachineClock {
    /// Returns a clock that starts now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn seconds_since_1970(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |duration| duration.as_secs())
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
