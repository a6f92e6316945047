// SPDX-License-Identifier: GPL-2.0

//! Disassembles objects, and looks whether they have what their kernel's C objects have.
//!
//! An object is taken as it is: which compiler made which part of a module is not asked, so the module's C is looked at with
//! the same eyes as its Rust.

mod checks;
mod code;
mod error;
mod object;
mod report;
mod rules;

pub use checks::{check, Finding};
pub use error::Error;
pub use object::Object;
pub use report::Report;
pub use rules::read as read_rules;
