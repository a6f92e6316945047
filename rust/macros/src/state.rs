// SPDX-License-Identifier: GPL-2.0

//! `#[state]`: a system state of a livepatch.
//!
//! C header: `include/linux/livepatch.h`.

use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    fix_item::cfgs,
    value::{
        self,
        Number, //
    },
};
use proc_macro2::{
    Ident,
    TokenStream, //
};
use quote::quote;
use syn::{
    spanned::Spanned,
    Attribute,
    Generics,
    Item, //
};

const GRAMMAR: Grammar = Grammar {
    what: "#[state]",
    separator: Separator::Equals,
    keys: &["id", "version"],
};

const GOES_ON: &str = "#[state] goes on a type of your own: `struct Saved { .. }`, or an enum";

/// A system state.
pub(crate) struct State {
    /// The type of the data that belong to it.
    pub(crate) type_: Ident,
    pub(crate) id: Number,
    pub(crate) version: Number,
    /// The conditions under which the type is there.
    pub(crate) cfgs: Vec<Attribute>,
}

/// Parses the attribute's arguments and the item that it stands on.
pub(crate) fn parse(args: TokenStream, item: &Item, errors: &mut Errors) -> Option<State> {
    let (ident, generics, attributes): (_, &Generics, _) = match item {
        Item::Struct(item) => (&item.ident, &item.generics, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.generics, &item.attrs),
        other => {
            errors.add(other.span(), GOES_ON);
            return None;
        }
    };
    let mut args = GRAMMAR.parse(args, ident.span(), errors);

    if !generics.params.is_empty() {
        errors.add(
            generics.span(),
            "a state cannot be generic: its id stands for one type",
        );
    }
    let id = args
        .required("id", "id = 1", errors)
        .and_then(|value| value::number::<u64>(value, "from 1", errors));
    let version = args
        .required("version", "version = 1", errors)
        .and_then(|value| value::number::<u32>(value, "up to 4294967295", errors));

    let (id, version) = (id?, version?);
    if id.value == 0 {
        errors.add(
            id.span,
            "the id of a state cannot be 0, by which the kernel finds the end of the table; write 1 \
             or more",
        );
        return None;
    }
    Some(State {
        type_: ident.clone(),
        id,
        version,
        cfgs: cfgs(attributes),
    })
}

impl State {
    /// Returns the implementation of the trait, for the place where the type is.
    ///
    /// `identity` is the path of the static that stands for the type: the livepatch compares it
    /// before it takes the data of a state for this type.
    pub(crate) fn to_impl(&self, identity: TokenStream) -> TokenStream {
        let Self {
            type_,
            id,
            version,
            cfgs,
        } = self;

        quote! {
            #(#cfgs)*
            // SAFETY: The static is made for this type alone.
            unsafe impl ::livepatch::State for #type_ {
                const ID: ::livepatch::ffi::c_ulong = #id;
                const VERSION: ::livepatch::ffi::c_uint = #version;

                fn identity() -> &'static ::livepatch::__private::StateIdentity {
                    &#identity
                }
            }
        }
    }
}
