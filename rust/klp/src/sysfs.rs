// SPDX-License-Identifier: GPL-2.0

//! What the kernel says of livepatches and modules, in `/sys`.
//!
//! Documents: `Documentation/ABI/testing/sysfs-kernel-livepatch` and `sysfs-module`.

pub mod ftrace;
pub mod kprobes;
pub mod module;
pub mod patch;

/// Where livepatches are.
pub const LIVEPATCH: &str = "/sys/kernel/livepatch";

/// Where modules are.
pub const MODULE: &str = "/sys/module";
