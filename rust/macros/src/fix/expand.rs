// SPDX-License-Identifier: GPL-2.0

//! From the model to the module that the compiler sees.
//!
//! The module gets three things that its author did not write: the addresses of its functions, with
//! their types checked; a check of the prototypes; and the macro `__livepatch_fix`, through which
//! `livepatch!` learns what is in the fix.

use super::{
    model::{
        Callback,
        CallbackKind,
        Fix,
        Replacement, //
    },
    wire,
};
use proc_macro2::{
    Ident,
    Span,
    TokenStream, //
};
use quote::{
    format_ident,
    quote,
    quote_spanned, //
};
use syn::{
    parse_quote,
    parse_str,
    Item,
    ItemMod,
    Visibility, //
};

/// Expands the fix, whose author's items are in `module`.
pub(super) fn expand(fix: &Fix, mut module: ItemMod) -> TokenStream {
    let generated = generate(fix);

    if matches!(module.vis, Visibility::Inherited) {
        module.vis = parse_quote!(pub(crate));
    }
    if let Some((_, items)) = &mut module.content {
        items.push(Item::Verbatim(generated));
    }
    quote!(#module)
}

fn generate(fix: &Fix) -> TokenStream {
    let relay = relay(fix);
    let params = fix.params.iter().map(|param| param.to_tables());
    let states = fix.states.iter().enumerate().map(|(index, state)| {
        let name = state_static(index);

        state.to_impl(quote!(__fix::#name))
    });
    let identities = (0..fix.states.len()).map(|index| {
        let name = state_static(index);

        quote! {
            pub(crate) static #name: ::livepatch::__private::StateIdentity =
                ::livepatch::__private::StateIdentity::new();
        }
    });
    let addresses = (!fix.is_broken).then(|| addresses(fix));
    let prototypes = (!fix.is_broken).then(|| {
        let prototypes = fix.replacements.iter().map(prototype);

        quote!(#(#prototypes)*)
    });

    quote! {
        #(#params)*
        #(#states)*
        #[doc(hidden)]
        pub(crate) mod __fix {
            #(#identities)*
            #addresses
        }
        #prototypes
        #relay
    }
}

/// Returns the name of the constant for the `index`th callback of the fix.
pub(crate) fn callback_const(kind: CallbackKind, index: usize) -> Ident {
    format_ident!("{}_{index}", kind.name().to_uppercase())
}

/// Returns the name of the constant for the `index`th replacement of the fix.
pub(crate) fn replacement_const(index: usize) -> Ident {
    format_ident!("REPLACE_{index}")
}

/// Returns the name of the static that stands for the type of the `index`th state of the fix.
pub(crate) fn state_static(index: usize) -> Ident {
    format_ident!("STATE_{index}")
}

/// Returns the constants that the tables of the livepatch are made of.
///
/// Their types are what the author's functions have to be, so a mismatch is reported at the
/// function.
fn addresses(fix: &Fix) -> TokenStream {
    let replacements = fix.replacements.iter().enumerate().map(|(index, item)| {
        let name = replacement_const(index);
        let function = &item.function;
        let address = quote_spanned!(at(function)=> super::#function as *const ());

        quote! {
            pub(crate) const #name: ::livepatch::__private::NewFunc =
                ::livepatch::__private::NewFunc::new(#address);
        }
    });
    let callbacks = fix.callbacks.iter().enumerate().map(|(index, callback)| {
        let Callback { kind, function, .. } = callback;
        let name = callback_const(*kind, index);
        let output = kind.can_fail().then(|| quote!(-> ::livepatch::Result));

        // A closure, so that a function which only looks at the object can take `&Object`.
        let call = quote_spanned!(at(function)=> |object| super::#function(object));

        quote!(pub(crate) const #name: fn(&mut ::livepatch::Object) #output = #call;)
    });
    let init = fix.init.iter().map(|function| {
        hook(
            &format_ident!("INIT"),
            quote!(fn() -> ::livepatch::Result),
            function,
        )
    });
    let exit = fix
        .exit
        .iter()
        .map(|function| hook(&format_ident!("EXIT"), quote!(fn()), function));

    quote! {
        #(#replacements)*
        #(#callbacks)*
        #(#init)*
        #(#exit)*
    }
}

fn hook(name: &Ident, type_: TokenStream, function: &Ident) -> TokenStream {
    let path = quote_spanned!(at(function)=> super::#function);

    quote!(pub(crate) const #name: #type_ = #path;)
}

/// Returns the check of a replacement against the prototype that bindgen found in a header.
///
/// Most functions have none. The names in the inner block hide those of the outer one, so the old
/// name is bindgen's declaration if there is one, and otherwise the replacement itself. Two
/// functions in the branches of an `if` must have the same type.
fn prototype(replacement: &Replacement) -> TokenStream {
    let function = &replacement.function;
    let Some(old) = bindgen_ident(&replacement.name.value(), at(function)) else {
        return TokenStream::new();
    };
    let new = quote_spanned!(at(function)=> self::#function);

    quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #new as #old;

            const _: () = {
                #[allow(unused_imports)]
                use ::livepatch::bindings::*;

                let _ = if true { #old } else { #new };
            };
        };
    }
}

/// Returns the name that bindgen gives to the function `name` of C, or [`None`] if C cannot have
/// such a function.
fn bindgen_ident(name: &str, span: Span) -> Option<Ident> {
    let mut ident: Ident = parse_str(name)
        // Bindgen appends an underscore to a keyword of Rust.
        .or_else(|_| parse_str(&format!("{name}_")))
        .ok()?;

    ident.set_span(span);
    Some(ident)
}

/// Returns a span at the author's function, for tokens that the author did not write.
fn at(function: &Ident) -> Span {
    Span::mixed_site().located_at(function.span())
}

/// Returns the macro that tells `livepatch!` about the fix.
///
/// Its argument is what is known so far, and the macros to call then, each in brackets. It appends
/// this fix, and calls the first of them with the rest.
fn relay(fix: &Fix) -> TokenStream {
    let description = wire::encode(fix);

    quote! {
        #[doc(hidden)]
        macro_rules! __livepatch_fix {
            ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
                $($next)+! { { $($known)* #description } $($rest)* }
            };
        }
        #[doc(hidden)]
        pub(crate) use __livepatch_fix;
    }
}
