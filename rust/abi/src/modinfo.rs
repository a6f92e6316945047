// SPDX-License-Identifier: GPL-2.0

//! The entries of a module's `.modinfo` section.
//!
//! The section is a sequence of NUL-terminated strings, each of which reads:
//!
//! ```text
//! license=GPL
//! [A]     [B]
//!
//! [A]  key, one of the constants of this module
//! [B]  value: any bytes but NUL, and no line break, since tools print an entry as one line
//! ```

/// The licence of the module; the kernel decides by it which symbols the module may use.
pub const LICENSE: &str = "license";

/// The values of [`LICENSE`] that the kernel takes for compatible with its own.
///
/// C header: `include/linux/license.h`.
pub const GPL_COMPATIBLE: [&str; 6] = [
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
];

/// An author of the module; one entry for each.
pub const AUTHOR: &str = "author";

/// What the module is, in one line.
pub const DESCRIPTION: &str = "description";

/// The version of the module, as its author counts.
pub const VERSION: &str = "version";

/// The mark of a livepatch; without it `klp_enable_patch()` refuses the module.
///
/// C header: `include/linux/livepatch.h`.
pub const LIVEPATCH: &str = "livepatch";

/// The value of [`LIVEPATCH`].
pub const LIVEPATCH_YES: &str = "Y";

/// The description of a parameter: `parm=<name>:<text>`.
pub const PARM: &str = "parm";

/// The type of a parameter, for people and `modinfo`: `parmtype=<name>:<type>`.
pub const PARMTYPE: &str = "parmtype";
