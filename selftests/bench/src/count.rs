// SPDX-License-Identifier: GPL-2.0

//! Counts what a system call costs, on a machine whose clock is its instruction count.
//!
//! An instruction that repeats itself, such as `rep stosb`, counts as often as it does: a page that
//! is cleared is thousands of instructions.

use std::fs::File;
use std::num::NonZeroU32;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

use clap::ValueEnum;

use crate::error::{Error, Result};
use crate::sample::median;

/// How many calls are counted at once: so many that reading the clock does not show, so few that the
/// timer's interrupt comes in the minority of the batches.
const BATCH: u32 = 50;
/// How many batches come first, and do not count.
const WARM_UP: u32 = 10;
/// Longer than what any of the livepatches prints.
const BUFFER: usize = 4096;

/// What is done with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// Read it from its start, the same open file every time.
    Read,
    /// Open, read and close it.
    Open,
}

/// Returns how long an operation on a file takes, in nanoseconds of the machine's clock.
///
/// # Arguments
///
/// * `operation` - what to do
/// * `calls` - how often to do it, rounded up to whole batches
/// * `path` - the file
///
/// # Errors
///
/// The file cannot be read, or a read gives nothing.
pub fn count(operation: Operation, calls: NonZeroU32, path: &Path) -> Result<f64> {
    let open = || File::open(path).map_err(Error::file("open", path));
    let file = open()?;
    let mut buffer = [0; BUFFER];
    let mut call = || -> Result<()> {
        let opened;
        let file = match operation {
            Operation::Read => &file,
            Operation::Open => {
                opened = open()?;
                &opened
            }
        };
        match file.read_at(&mut buffer, 0) {
            Ok(0) => Err(Error::Empty(path.to_owned())),
            Ok(_) => Ok(()),
            Err(error) => Err(Error::file("read", path)(error)),
        }
    };
    let mut batch = || -> Result<f64> {
        let start = Instant::now();
        for _ in 0..BATCH {
            call()?;
        }
        let batch = start.elapsed();
        Ok(batch.as_secs_f64() * 1e9 / f64::from(BATCH))
    };
    for _ in 0..WARM_UP {
        batch()?;
    }
    let mut batches = (0..calls.get().div_ceil(BATCH))
        .map(|_| batch())
        .collect::<Result<Vec<f64>>>()?;
    // At least one: `calls` is not zero.
    Ok(median(&mut batches).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLS: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn every_operation_takes_time() {
        for operation in Operation::value_variants() {
            let time = count(*operation, CALLS, Path::new("/proc/cmdline")).unwrap();
            assert!(time > 0.0, "{operation:?}: {time}");
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = count(Operation::Read, CALLS, file.path()).unwrap_err();
        assert!(matches!(error, Error::Empty(_)), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = count(Operation::Open, CALLS, Path::new("/nonexistent")).unwrap_err();
        assert!(
            error.to_string().starts_with("cannot open /nonexistent: "),
            "{error}"
        );
    }
}
