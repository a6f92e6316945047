// SPDX-License-Identifier: GPL-2.0

//! `#[traceable]`: a function with an entry in C, which has an ftrace site.
//!
//! C header: `rust/helpers/entry.h`.

use crate::diagnostics::Errors;
use livepatch_abi::entry::PREFIX;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    ext::IdentExt,
    spanned::Spanned,
    FnArg,
    ForeignItemFn,
    GenericParam,
    ItemFn,
    Pat,
    PatWild,
    Signature,
    Token, //
};

const GOES_ON: &str =
    "#[traceable] goes on a function: `unsafe extern \"C\" fn name(..) -> c_int { .. }`";

/// Expands the attribute.
///
/// The author's name is that of the entry, a declaration; the function itself is one that only the
/// linker finds.
pub(crate) fn expand(args: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    if !args.is_empty() {
        errors.add(args.span(), "#[traceable] takes no arguments");
    }
    let Ok(function) = syn::parse2::<ItemFn>(item.clone()) else {
        errors.add(item.span(), GOES_ON);
        return item;
    };
    check(&function.sig, errors);
    if !errors.is_empty() {
        return item;
    }

    let symbol = format!("{PREFIX}{}", function.sig.ident.unraw());
    let entry = entry(&function);
    let ItemFn {
        attrs, sig, block, ..
    } = &function;
    quote! {
        // Whether the types are C's is for the author to say; the lint cannot see into bindgen's.
        #[allow(improper_ctypes)]
        unsafe extern "C" {
            #entry
        }

        const _: () = {
            #(#attrs)*
            #[unsafe(export_name = #symbol)]
            #sig #block
        };
    }
}

/// Checks that C can call the function.
fn check(signature: &Signature, errors: &mut Errors) {
    let span = signature.ident.span();
    let abi = signature.abi.as_ref().and_then(|abi| abi.name.as_ref());

    if signature.unsafety.is_none() {
        errors.add(
            span,
            "a traceable function is `unsafe`: by the word its author claims that its entry in C \
             has the same parameters",
        );
    }
    if abi.map(|name| name.value()).as_deref() != Some("C") {
        errors.add(
            abi.map_or(span, |name| name.span()),
            "a traceable function is `extern \"C\"`: its entry in C calls it",
        );
    }
    if let Some(constness) = &signature.constness {
        errors.add(constness.span(), "a traceable function cannot be `const`");
    }
    if let Some(asyncness) = &signature.asyncness {
        errors.add(asyncness.span(), "a traceable function cannot be `async`");
    }
    if let Some(variadic) = &signature.variadic {
        errors.add(
            variadic.span(),
            "a traceable function cannot be variadic: its entry could not hand the arguments on",
        );
    }
    for param in &signature.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.add(
                param.span(),
                "a traceable function cannot be generic: it is one function; name the type",
            );
        }
    }
    for input in &signature.inputs {
        if let FnArg::Receiver(receiver) = input {
            errors.add(
                receiver.self_token.span(),
                "a traceable function cannot have `self`: it is no method",
            );
        }
    }
}

/// Returns the declaration of the entry.
fn entry(function: &ItemFn) -> ForeignItemFn {
    let mut signature = function.sig.clone();

    // The block says both already.
    signature.abi = None;
    for input in &mut signature.inputs {
        if let FnArg::Typed(parameter) = input {
            parameter.attrs.clear();
            // A declaration can have a name there, but no pattern.
            if !matches!(&*parameter.pat, Pat::Ident(name) if name.subpat.is_none() && name.mutability.is_none() && name.by_ref.is_none())
            {
                *parameter.pat = Pat::Wild(PatWild {
                    attrs: Vec::new(),
                    underscore_token: Token![_](parameter.pat.span()),
                });
            }
        }
    }
    ForeignItemFn {
        attrs: function
            .attrs
            .iter()
            .filter(|attribute| {
                ["doc", "cfg"]
                    .iter()
                    .any(|name| attribute.path().is_ident(name))
            })
            .cloned()
            .collect(),
        vis: function.vis.clone(),
        sig: signature,
        semi_token: Token![;](function.sig.span()),
    }
}
