// SPDX-License-Identifier: GPL-2.0

//! `#[livepatch::fix]`: one fix, a module of Rust.
//!
//! ```text
//!   attribute, module ──parse──► Fix ──check──► Fix ──expand──► the module, stripped of our
//!                                 │                             attributes, with its tables
//!                               wire ─────────────────────────► what `livepatch!` has to know
//! ```

mod check;
mod expand;
mod metadata;
pub(crate) mod model;
mod parse;
mod role;
mod signature;
pub(crate) mod wire;

pub(crate) use expand::{
    callback_const,
    replacement_const,
    state_static, //
};

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;

/// Expands the attribute.
///
/// The mistakes are collected in `errors`. Even with some, the author's items are part of the
/// expansion, so that the compiler does not add that it cannot find them.
pub(crate) fn expand(args: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    let Some((mut fix, module)) = parse::parse(args, item.clone(), errors) else {
        return item;
    };

    check::check(&fix, errors);
    fix.is_broken = !errors.is_empty();
    expand::expand(&fix, module)
}
