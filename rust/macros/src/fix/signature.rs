// SPDX-License-Identifier: GPL-2.0

//! The rules for the signatures of the functions of a fix.
//!
//! Whether the types are right is left to the compiler, see [`super::expand`], and for C to
//! `klp-build check`.

use super::model::CallbackKind;
use crate::diagnostics::Errors;
use proc_macro2::{
    TokenStream,
    TokenTree, //
};
use syn::{
    spanned::Spanned,
    visit::{
        self,
        Visit, //
    },
    FnArg,
    GenericParam,
    ReturnType,
    Signature,
    Type,
    TypeImplTrait, //
};

/// Checks the signature of a replacement: that of a function in C, and `unsafe`.
pub(super) fn replacement(signature: &Signature, errors: &mut Errors) {
    let span = signature.ident.span();
    let abi = signature.abi.as_ref().and_then(|abi| abi.name.as_ref());

    if signature.unsafety.is_none() {
        errors.add(
            span,
            "a replacement is `unsafe`: by the word its author claims that it can stand in for the \
             old function, with the same arguments, in the same context, under the same locks",
        );
    }
    if abi.map(|name| name.value()).as_deref() != Some("C") {
        errors.add(
            abi.map_or(span, |name| name.span()),
            "a replacement is `extern \"C\"`: the callers of the old function are C",
        );
    }
    if let Some(constness) = &signature.constness {
        errors.add(
            constness.span(),
            "a replacement cannot be `const`: the kernel calls it when it runs",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.add(
            variadic.span(),
            "a replacement cannot be variadic: Rust has no stable way to define such a function; \
             replace its callers, or the function it calls",
        );
    }
    plain(signature, "a replacement", errors);
}

/// Checks the declaration of a replacement that is written in C.
///
/// It can be variadic: C can define such a function. What else a declaration cannot be, the compiler
/// says.
pub(super) fn declared_replacement(signature: &Signature, errors: &mut Errors) {
    if let Some(unsafety) = &signature.unsafety {
        errors.add(
            unsafety.span(),
            "the block says `unsafe` already; leave the word out",
        );
    }
}

/// Reports a replacement among declarations that is more than a declaration.
///
/// The parser takes items with a body, or with `safe`, as tokens only.
pub(super) fn not_declared(tokens: &TokenStream, errors: &mut Errors) {
    let is_replace = |token: &TokenTree| match token {
        TokenTree::Group(group) => group
            .stream()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "replace")),
        _ => false,
    };

    // Attributes come first.
    let mut head = tokens
        .clone()
        .into_iter()
        .take_while(|token| !matches!(token, TokenTree::Ident(_)));
    if let Some(attribute) = head.find(is_replace) {
        errors.add(
            attribute.span(),
            "a replacement in a block is only declared there, `fn name(..) -> ..;`, without a body and \
             without `safe`: its C is in a file beside this one",
        );
    }
}

/// Checks the signature of a callback: `fn(&Object)` or `fn(&mut Object)`, with a `Result` if it can
/// refuse.
pub(super) fn callback(kind: CallbackKind, signature: &Signature, errors: &mut Errors) {
    let what = format!("a `#[{}]` callback", kind.name());
    let shape = if kind.can_fail() {
        "`fn(object: &Object) -> Result`"
    } else {
        "`fn(object: &Object)`"
    };

    hook(signature, &what, shape, 1, kind.can_fail(), errors);
}

/// Checks the signature of an `#[init]`.
pub(super) fn init(signature: &Signature, errors: &mut Errors) {
    hook(
        signature,
        "an `#[init]` function",
        "`fn() -> Result`",
        0,
        true,
        errors,
    );
}

/// Checks the signature of an `#[exit]`.
pub(super) fn exit(signature: &Signature, errors: &mut Errors) {
    hook(
        signature,
        "an `#[exit]` function",
        "`fn()`",
        0,
        false,
        errors,
    );
}

/// Checks a function that this crate calls: an ordinary, safe function of Rust.
fn hook(
    signature: &Signature,
    what: &str,
    shape: &str,
    arguments: usize,
    can_fail: bool,
    errors: &mut Errors,
) {
    if let Some(unsafety) = &signature.unsafety {
        errors.add(
            unsafety.span(),
            format!("{what} is safe: {shape}; put `unsafe` blocks into the body"),
        );
    }
    if let Some(abi) = &signature.abi {
        errors.add(
            abi.span(),
            format!("{what} is a function of Rust: {shape}, without `extern`"),
        );
    }
    if signature.inputs.len() != arguments {
        errors.add(
            signature.ident.span(),
            format!(
                "{what} is {shape}; the number of arguments of this one is {}",
                signature.inputs.len()
            ),
        );
    }
    match &signature.output {
        ReturnType::Default if can_fail => errors.add(
            signature.ident.span(),
            format!("{what} is {shape}; this one returns nothing"),
        ),
        ReturnType::Type(_, output) if !can_fail && !is_unit(output) => errors.add(
            output.span(),
            format!("{what} cannot fail, so it returns nothing: {shape}"),
        ),
        _ => {}
    }
    plain(signature, what, errors);
}

/// Checks what no function of a fix can be.
fn plain(signature: &Signature, what: &str, errors: &mut Errors) {
    if let Some(asyncness) = &signature.asyncness {
        errors.add(
            asyncness.span(),
            format!("{what} cannot be `async`: nothing in the kernel polls it"),
        );
    }
    for param in &signature.generics.params {
        // A lifetime does not make a second function.
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.add(
                param.span(),
                format!("{what} cannot be generic: it is one function; name the type"),
            );
        }
    }
    for input in &signature.inputs {
        if let FnArg::Receiver(receiver) = input {
            errors.add(
                receiver.self_token.span(),
                format!("{what} cannot have `self`: it is no method"),
            );
        }
    }

    let mut opaque = Opaque { what, errors };
    opaque.visit_signature(signature);
}

fn is_unit(output: &Type) -> bool {
    matches!(output, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Reports each `impl Trait`, which makes a function generic as well.
struct Opaque<'a> {
    what: &'a str,
    errors: &'a mut Errors,
}

impl<'ast> Visit<'ast> for Opaque<'_> {
    fn visit_type_impl_trait(&mut self, node: &'ast TypeImplTrait) {
        let what = self.what;

        self.errors.add(
            node.span(),
            format!("{what} cannot have `impl` types, which make it generic; name the type"),
        );
        visit::visit_type_impl_trait(self, node);
    }
}
