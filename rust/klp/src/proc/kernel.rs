// SPDX-License-Identifier: GPL-2.0

//! The kernel that runs.

use crate::system::{Root, SystemError};

/// Returns its release, `6.12.0-amd64` for example: what `uname -r` says.
///
/// # Errors
///
/// procfs cannot be read.
pub fn release(root: &Root) -> Result<String, SystemError> {
    root.read_text("/proc/sys/kernel/osrelease")
}

/// Returns the taint flags.
///
/// # Errors
///
/// procfs cannot be read.
pub fn tainted(root: &Root) -> Result<u64, SystemError> {
    Ok(root
        .read_text("/proc/sys/kernel/tainted")?
        .trim()
        .parse()
        .unwrap_or(0))
}

/// Returns the words of the kernel's command line.
///
/// # Errors
///
/// procfs cannot be read.
pub fn command_line(root: &Root) -> Result<Vec<String>, SystemError> {
    Ok(root
        .read_text("/proc/cmdline")?
        .split_whitespace()
        .map(str::to_owned)
        .collect())
}

/// Returns the id of this boot, which no other boot has.
///
/// # Errors
///
/// procfs cannot be read.
pub fn boot_id(root: &Root) -> Result<String, SystemError> {
    root.read_text("/proc/sys/kernel/random/boot_id")
}
