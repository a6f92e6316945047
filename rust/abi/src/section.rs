// SPDX-License-Identifier: GPL-2.0

//! The sections of a module that the kernel finds by their names.

/// The strings that describe the module; see [`crate::modinfo`].
pub const MODINFO: &str = ".modinfo";

/// The table of `struct kernel_param`.
///
/// C header: `include/linux/moduleparam.h`.
pub const PARAM: &str = "__param";

/// Code that is freed when the module's init function has returned.
pub const INIT_TEXT: &str = ".init.text";

/// Data that is freed when the module's init function has returned.
pub const INIT_DATA: &str = ".init.data";

/// Code that is only needed to unload the module.
pub const EXIT_TEXT: &str = ".exit.text";

/// Data that is only needed to unload the module.
pub const EXIT_DATA: &str = ".exit.data";
