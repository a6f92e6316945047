// SPDX-License-Identifier: GPL-2.0

//! The rate of the clock that an emulated x86_64 processor has.
//!
//! QEMU's emulator shows the guest the host's time stamp counter. The guest measures its rate against an emulated timer when it
//! boots, and on a busy host it can be wrong by a factor of thirty: its clock then runs as much too fast, and every wait in it
//! is over at once. The host knows better.

use std::time::{Duration, Instant};

/// How long to measure: long against what a sample takes.
const MEASURED: Duration = Duration::from_millis(50);
/// How many samples to choose from, of those that nothing came between the fewest ticks were needed for.
const SAMPLES: u32 = 32;

/// Returns the rate of this host's time stamp counter, in kHz, or [`None`] if it has none that a guest would see.
pub fn tsc_khz() -> Option<u64> {
    let (ticks, time) = sample()?;
    std::thread::sleep(MEASURED);
    let (later_ticks, later_time) = sample()?;
    rate(
        later_ticks.checked_sub(ticks)?,
        later_time.checked_duration_since(time)?,
    )
}

/// Returns so many ticks in so much time, in kHz.
fn rate(ticks: u64, time: Duration) -> Option<u64> {
    let khz = u128::from(ticks) * 1_000_000 / time.as_nanos().max(1);
    // A counter that stands still, or goes at a rate that no processor has, is none.
    u64::try_from(khz)
        .ok()
        .filter(|khz| (100_000..100_000_000).contains(khz))
}

/// Reads the counter and the clock at the same time.
fn sample() -> Option<(u64, Instant)> {
    (0..SAMPLES)
        .filter_map(|_| {
            let before = counter()?;
            let time = Instant::now();
            let after = counter()?;
            let gap = after.checked_sub(before)?;
            Some((gap, before + gap / 2, time))
        })
        .min_by_key(|(gap, ..)| *gap)
        .map(|(_, ticks, time)| (ticks, time))
}

#[cfg(target_arch = "x86_64")]
fn counter() -> Option<u64> {
    // SAFETY: Every x86_64 processor has the instruction, and Linux lets every process use it.
    Some(unsafe { core::arch::x86_64::_rdtsc() })
}

#[cfg(not(target_arch = "x86_64"))]
fn counter() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_ticks_by_time() {
        assert_eq!(
            rate(100_000_000, Duration::from_millis(50)),
            Some(2_000_000)
        );
        assert_eq!(rate(0, Duration::from_millis(50)), None);
        assert_eq!(rate(u64::MAX, Duration::from_millis(50)), None);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn two_measurements_agree() {
        let (first, second) = (tsc_khz().unwrap(), tsc_khz().unwrap());
        assert!(first.abs_diff(second) * 100 < first, "{first} {second}");
    }
}
