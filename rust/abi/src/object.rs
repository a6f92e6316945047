// SPDX-License-Identifier: GPL-2.0

//! The objects that a livepatch changes.

/// The kernel itself, as opposed to one of its modules; also the directory of it in
/// `/sys/kernel/livepatch/<patch>/`.
///
/// In a `struct klp_object` it is the NULL name.
pub const VMLINUX: &str = "vmlinux";
