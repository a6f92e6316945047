// SPDX-License-Identifier: GPL-2.0

//! Raw declarations of the target kernel, made by bindgen from `bindings_helper.h`.
//!
//! Nothing here is written by hand: layouts follow the configuration of the kernel that the
//! livepatch is built for, and change with it. Patches name these types in the signatures of the
//! functions that they replace; everything else has a safe face in the `livepatch` crate.

#![no_std]
#![allow(
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unreachable_pub,
    unsafe_op_in_unsafe_fn
)]

/// The C types as the kernel defines them: `char` is unsigned, `long` is as wide as a pointer.
pub mod ffi {
    pub use ::ffi::*;
}

// The pointer-sized types that bindgen is told to leave out.
type __kernel_size_t = usize;
type __kernel_ssize_t = isize;
type __kernel_ptrdiff_t = isize;

include!(concat!(
    env!("LIVEPATCH_OBJTREE"),
    "/bindings/bindings_generated.rs"
));
