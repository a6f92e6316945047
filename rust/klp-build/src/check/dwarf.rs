// SPDX-License-Identifier: GPL-2.0

//! What DWARF tells of an object file.
//!
//! ```text
//!  .debug_* ──► DebugInfo ──► Units ──► Functions ──► prototypes
//!               inflated,        └────► inlined copies
//!               relocated
//! ```
//!
//! DWARF 2 to 5 of gcc, clang and rustc; not split DWARF (`.dwo`), and no type units. Whatever the bytes are, the work is in
//! proportion to their number, and what cannot be read is an [`Error`].

mod error;
mod functions;
mod sections;
#[cfg(test)]
pub(super) mod testing;
mod units;

pub(super) use error::Error;
pub(super) use functions::{Found, Function, Functions};
pub(super) use sections::DebugInfo;
pub(super) use units::{Reader, Unit, Units};
