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
    unknown_lints,
    unnecessary_transmutes,
    unreachable_pub,
    unsafe_op_in_unsafe_fn
)]

/// The C types as the kernel defines them: `char` is unsigned, `long` is as wide as a pointer.
#[cfg(livepatch_backend = "kernel")]
pub mod ffi {
    pub use ::ffi::*;
}

/// The C types as kernels with Rust define them: `char` is unsigned, `long` is as wide as a pointer.
///
/// So the same source is right for every kernel, also for one where C's `char` has a sign.
#[cfg(livepatch_backend = "core")]
pub mod ffi {
    /// C's `char`.
    pub type c_char = u8;
    /// C's `signed char`.
    pub type c_schar = i8;
    /// C's `unsigned char`.
    pub type c_uchar = u8;
    /// C's `short`.
    pub type c_short = i16;
    /// C's `unsigned short`.
    pub type c_ushort = u16;
    /// C's `int`.
    pub type c_int = i32;
    /// C's `unsigned int`.
    pub type c_uint = u32;
    /// C's `long`.
    pub type c_long = isize;
    /// C's `unsigned long`.
    pub type c_ulong = usize;
    /// C's `long long`.
    pub type c_longlong = i64;
    /// C's `unsigned long long`.
    pub type c_ulonglong = u64;

    pub use core::ffi::{c_void, CStr};
}

// The pointer-sized types that bindgen is told to leave out.
type __kernel_size_t = usize;
type __kernel_ssize_t = isize;
type __kernel_ptrdiff_t = isize;

include!(concat!(
    env!("LIVEPATCH_OBJTREE"),
    "/bindings/bindings_generated.rs"
));
