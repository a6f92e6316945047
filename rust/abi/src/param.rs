// SPDX-License-Identifier: GPL-2.0

//! Module parameters that the macros generate.

/// The parameter that leaves fixes out at load: a list of fix ids, separated by commas.
///
/// Only a livepatch of two fixes or more has it. This project decides the name.
pub const SKIP: &str = "skip";

/// The description of [`SKIP`] that `modinfo` shows.
pub const SKIP_DESCRIPTION: &str = "Ids of the fixes to leave out";

/// The mode of [`SKIP`] in sysfs: everybody may read it, and it means nothing after the load.
pub const SKIP_MODE: u16 = 0o444;
