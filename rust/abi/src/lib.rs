// SPDX-License-Identifier: GPL-2.0

//! Names that cross a boundary between tools, each spelled once.
//!
//! The macros write them into a module, the kernel reads some of them, the kernel-side crate and
//! the host tools read the others. Each constant says who decides its spelling: where the kernel
//! does, the constant follows it; where this project does, the constant is the decision.
//!
//! The crate is `no_std` and has no dependency, because it is built for the kernel, for the
//! compiler's host (the macros), and for the host tools.

#![no_std]
#![deny(missing_docs, unsafe_code)]

pub mod btf;
pub mod entry;
pub mod limit;
pub mod modinfo;
pub mod note;
pub mod object;
pub mod param;
pub mod section;
pub mod signature;
pub mod unexported;
