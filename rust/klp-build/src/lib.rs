// SPDX-License-Identifier: GPL-2.0

//! The author's tool: proves that a livepatch fits its kernel, and gives it its klp relocations and its note.
//!
//! ```text
//!  kernel: symbols, exports, ftrace sites, BTF ──► bindings, new ──► source of a fix ──► Kbuild ──► .ko
//!                        │                                                                        │
//!                        └──────────────────────────────────► check ◄──── link ◄──────────────────┘
//!                                                                           └──► sign, info
//! ```
//!
//! Each command is a module with its arguments, its error and `run()`; only `main` prints errors and exits.

pub mod bindings;
pub mod check;
pub mod info;
pub mod link;
pub mod loader;
pub mod new;
pub mod sign;
pub mod signature;
pub mod target;

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Clean,
    /// It found something to refuse, and has said what.
    Refused,
}
