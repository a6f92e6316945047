// SPDX-License-Identifier: GPL-2.0

//! `livepatch!`: fixes composed into one livepatch.
//!
//! A macro cannot look at other items, so the fixes are collected by macros that call each other:
//!
//! ```text
//!   livepatch! { .. fixes: [a, b] } ──► a::__livepatch_fix! ──► b::__livepatch_fix! ──► __compose!
//!     checks its own keys                 appends fix a           appends fix b           │
//!                                                                                         ▼
//!                      tables, .modinfo, note, entry points ◄──expand── Livepatch ◄──check, parse
//! ```

mod chain;
mod check;
mod expand;
mod model;
mod note;
mod parse;
mod settings;

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;

/// Expands `livepatch!`: reports the mistakes in its own keys, and has the fixes collected.
pub(crate) fn expand(input: TokenStream, errors: &mut Errors) -> TokenStream {
    let settings = settings::parse(input.clone(), errors);

    chain::expand(&settings, input)
}

/// Expands `__compose!`: reports the conflicts between the fixes, and makes the livepatch.
///
/// `module` is the name of the module that is being compiled, if known.
pub(crate) fn compose(
    input: TokenStream,
    module: Option<String>,
    errors: &mut Errors,
) -> TokenStream {
    let Some(livepatch) = parse::parse(input, module, errors) else {
        return crate::entry_points::log_prefix("");
    };

    check::check(&livepatch, errors);
    note::check(&livepatch, errors);
    if livepatch.is_broken || !errors.is_empty() {
        // Printing macros need it wherever the author uses them.
        return crate::entry_points::log_prefix(&livepatch.module);
    }
    expand::expand(&livepatch)
}

/// Returns the paths of the fixes in the input of `livepatch!`, and whether each is conditional.
#[cfg(test)]
pub(crate) fn fix_paths(input: TokenStream) -> Vec<(String, bool)> {
    settings::parse(input, &mut Errors::default())
        .fixes
        .iter()
        .map(|fix| (settings::compact(&fix.path), !fix.cfgs.is_empty()))
        .collect()
}
