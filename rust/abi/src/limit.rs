// SPDX-License-Identifier: GPL-2.0

//! The longest names that the kernel, or this project, takes. All lengths are in bytes.

/// The longest name of a function: `KSYM_NAME_LEN` without the terminating NUL.
///
/// `klp_init_func()` refuses a longer one with `-EINVAL`.
///
/// C header: `include/linux/kallsyms.h`.
pub const FUNCTION_NAME: usize = 511;

/// The longest name of a module: `MODULE_NAME_LEN` without the terminating NUL.
///
/// The kernel reserves `64 - sizeof(unsigned long)` bytes; the figure is that of the 64-bit
/// architectures, the only ones that have livepatching.
///
/// C header: `include/linux/moduleparam.h`.
pub const MODULE_NAME: usize = 55;

/// The longest name of a module parameter; this project's decision.
///
/// The kernel sets no limit. This one is the shortest that C99 promises for an identifier, so that
/// every name that a C livepatch can have fits.
pub const PARAM_NAME: usize = 63;

/// The longest version of a livepatch, and the longest release; this project's decision.
///
/// Together they have to fit into the names of packages and files.
pub const VERSION: usize = 63;

/// The longest identifier of a fix; this project's decision.
///
/// It has to fit, many times over, into one module parameter (see [`crate::param::SKIP`]).
pub const FIX_ID: usize = 63;
