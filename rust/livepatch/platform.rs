// SPDX-License-Identifier: GPL-2.0

//! What the crate needs from below, where kernels differ.
//!
//! Everything above this module is the same for every kernel. There are two back ends, of which
//! Kbuild chooses one:
//!
//! - *kernel*: the crates of a kernel with CONFIG_RUST.
//! - *core*: nothing but Rust's own `core`, and C.

#[cfg(livepatch_backend = "core")]
mod core;
#[cfg(livepatch_backend = "kernel")]
mod kernel;

#[cfg(livepatch_backend = "core")]
use self::core as backend;
#[cfg(livepatch_backend = "kernel")]
use self::kernel as backend;

pub use backend::error;
pub(crate) use backend::print;
