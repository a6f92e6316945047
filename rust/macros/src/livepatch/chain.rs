// SPDX-License-Identifier: GPL-2.0

//! The macros that collect the fixes, each calling the next.
//!
//! What they hand on:
//!
//! ```text
//! { { .. } fix { .. } absent fix { .. } } [b::__livepatch_fix] [::livepatch::__compose]
//!   [A]    [B]        [C]                 [D]
//!
//! [A]  the input of `livepatch!`
//! [B]  a fix, see [`crate::fix::wire`]
//! [C]  a fix whose `#[cfg]` says that it is not there
//! [D]  the macros to call next
//! ```

use super::settings::{
    FixPath,
    Settings, //
};
use proc_macro2::{
    Ident,
    TokenStream, //
};
use quote::{
    format_ident,
    quote,
    quote_spanned, //
};
use syn::spanned::Spanned;

/// Returns the call of the first macro, and the macros that decide about conditional fixes.
pub(super) fn expand(settings: &Settings, input: TokenStream) -> TokenStream {
    let fixes = || settings.fixes.iter().enumerate();
    let switches = fixes()
        .filter(|(_, fix)| !fix.cfgs.is_empty())
        .map(|(index, fix)| switch(&switch_name(index), fix));
    let mut links = fixes()
        .map(|(index, fix)| {
            if fix.cfgs.is_empty() {
                relay(fix)
            } else {
                let name = switch_name(index);
                quote!(#name)
            }
        })
        .chain([quote!(::livepatch::__compose)]);
    let first = links.next();

    quote! {
        #(#switches)*
        #first! { { { #input } } #([#links])* }
    }
}

fn switch_name(index: usize) -> Ident {
    format_ident!("__livepatch_switch_{index}")
}

/// Returns the path of the macro that describes a fix.
fn relay(fix: &FixPath) -> TokenStream {
    let path = &fix.path;
    let span = path.span();
    let is_anchored = path.leading_colon.is_some()
        || path.segments.first().is_some_and(|first| {
            ["self", "super", "crate"]
                .iter()
                .any(|anchor| first.ident == anchor)
        });
    // Without it, a fix that is called like a crate or a type of Rust would be ambiguous.
    let anchor = (!is_anchored).then(|| quote_spanned!(span=> self::));

    // The compiler reports here that there is no such fix.
    quote_spanned!(span=> #anchor #path::__livepatch_fix)
}

/// Returns a macro that hands over to the fix if it is there, and otherwise to the next one.
fn switch(name: &Ident, fix: &FixPath) -> TokenStream {
    let relay = relay(fix);
    let conditions: Vec<_> = fix
        .cfgs
        .iter()
        .filter_map(|cfg| cfg.meta.require_list().ok())
        .map(|list| &list.tokens)
        .collect();

    quote! {
        #[cfg(all(#(#conditions),*))]
        macro_rules! #name {
            ($($known_and_rest:tt)*) => {
                #relay! { $($known_and_rest)* }
            };
        }
        #[cfg(not(all(#(#conditions),*)))]
        macro_rules! #name {
            ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
                $($next)+! { { $($known)* absent } $($rest)* }
            };
        }
    }
}
