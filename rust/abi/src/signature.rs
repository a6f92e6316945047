// SPDX-License-Identifier: GPL-2.0

//! The signature that is appended to a module file.
//!
//! ```text
//! ELF file | signature | struct module_signature | MAGIC
//!            [A]         [B]
//!
//! [A]  PKCS #7, as many bytes as the last four of [B] say, the highest first
//! [B]  DESCRIPTOR bytes
//! ```
//!
//! C header: `include/linux/module_signature.h`.

/// What a file with a signature ends with.
pub const MAGIC: &[u8] = b"~Module signature appended~\n";

/// The size of `struct module_signature`.
pub const DESCRIPTOR: usize = 12;
