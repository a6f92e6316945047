// SPDX-License-Identifier: GPL-2.0

//! The crate that the compiler links into every other one.
//!
//! It is empty: what else would be in it is what the kernel's C has (`memcpy()` and so on), or what
//! the kernel does without (floating point, divisions of 128 bits). Whoever needs those has a symbol
//! that is undefined, and the build says so.

#![allow(internal_features)]
#![feature(compiler_builtins)]
#![compiler_builtins]
#![no_builtins]
#![no_std]
