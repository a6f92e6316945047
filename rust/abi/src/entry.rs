// SPDX-License-Identifier: GPL-2.0

//! Functions of Rust with an entry in C.

/// What the symbol of the function in Rust begins with; the rest is the name of its entry.
///
/// `rust/helpers/entry.h` spells it for C.
pub const PREFIX: &str = "livepatch_entry_";
