// SPDX-License-Identifier: GPL-2.0

//! What the crate needs from below, where kernels differ.
//!
//! On a kernel with CONFIG_RUST it comes from the kernel's own crate. Everything above this module
//! is the same for every kernel.

mod kernel;

pub use kernel::error;
pub(crate) use kernel::print;
