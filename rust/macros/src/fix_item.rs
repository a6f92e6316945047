// SPDX-License-Identifier: GPL-2.0

//! What the attributes of single items share: `#[cfg]`, and their place within a fix.

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;
use syn::{
    parse_quote,
    spanned::Spanned,
    Attribute,
    Item,
    ItemForeignMod, //
};

/// Returns the attributes of an item that can have a role, or be mistaken for one.
pub(crate) fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Const(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        Item::ForeignMod(item) => Some(&mut item.attrs),
        Item::Mod(item) => Some(&mut item.attrs),
        Item::Static(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        _ => None,
    }
}

/// Returns whether the attribute is `#[cfg(..)]`.
pub(crate) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}

/// Returns the conditions under which an item is there.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| is_cfg(attribute))
        .cloned()
        .collect()
}

/// Checks that a block declares what is C; `what` is the beginning of the messages.
pub(crate) fn is_block_of_c(block: &ItemForeignMod, what: &str, errors: &mut Errors) {
    let at = block.abi.extern_token.span();
    let abi = block.abi.name.as_ref();

    if block.unsafety.is_none() {
        errors.add(
            at,
            format!(
                "{what} is `unsafe extern \"C\"`: by the word its author claims that each declaration \
                 says what the C is"
            ),
        );
    }
    if abi.map(|name| name.value()).as_deref() != Some("C") {
        errors.add(
            abi.map_or(at, |name| name.span()),
            format!("{what} is `unsafe extern \"C\"`: what it declares is C"),
        );
    }
}

/// Has the compiler take the types in declarations of C as bindgen made them.
///
/// Some structures of the kernel have no fields, which C allows and the compiler warns of.
pub(crate) fn takes_types_of_c(block: &mut ItemForeignMod) {
    block.attrs.push(parse_quote!(#[allow(improper_ctypes)]));
}

/// Expands an attribute that `#[livepatch::fix]` takes away wherever it has a meaning.
pub(crate) fn misplaced(attribute: &str, item: TokenStream, errors: &mut Errors) -> TokenStream {
    errors.add(
        item.span(),
        format!(
            "`#[{attribute}]` only means something directly inside a `#[livepatch::fix]` module: not \
             outside, and not in a module, a trait or an `impl` within"
        ),
    );
    item
}
