// SPDX-License-Identifier: GPL-2.0

//! Typed values out of expressions.
//!
//! Each function reports a value of another kind and returns [`None`], so that a caller can go on
//! to the next mistake.

use crate::diagnostics::Errors;
use proc_macro2::{
    Literal,
    Span,
    TokenStream, //
};
use quote::{
    quote_spanned,
    ToTokens, //
};
use std::{
    fmt::Display,
    str::FromStr, //
};
use syn::{
    parse::{
        Parse,
        ParseStream, //
    },
    spanned::Spanned,
    Expr,
    ExprLit,
    ExprPath,
    Lit,
    LitInt,
    LitStr,
    Result, //
};

/// An integer and where the author wrote it.
#[derive(Clone)]
pub(crate) struct Number {
    pub(crate) value: u64,
    pub(crate) span: Span,
}

impl Parse for Number {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let literal: LitInt = input.parse()?;

        Ok(Self {
            value: literal.base10_parse()?,
            span: literal.span(),
        })
    }
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut literal = Literal::u64_unsuffixed(self.value);

        literal.set_span(self.span);
        tokens.extend(quote_spanned!(self.span=> #literal));
    }
}

/// Takes a string literal of one line: not empty, no NUL, no line break, nothing else that controls a
/// terminal.
///
/// All strings end up in `.modinfo`, in the note or as C strings, which can hold no other, and people
/// look at them.
pub(crate) fn text(value: Expr, errors: &mut Errors) -> Option<LitStr> {
    let Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    }) = value
    else {
        errors.add(value.span(), "expected a string literal");
        return None;
    };

    let forbidden = |what: &str| format!("the string {what}; write one line of text");
    let content = text.value();
    if content.trim().is_empty() {
        errors.add(text.span(), forbidden("is empty"));
    } else if content.contains('\0') {
        errors.add(text.span(), forbidden("contains a NUL"));
    } else if content.contains(['\n', '\r']) {
        errors.add(text.span(), forbidden("contains a line break"));
    } else if content.contains(char::is_control) {
        errors.add(text.span(), forbidden("contains a control character"));
    } else {
        return Some(text);
    }
    None
}

/// Takes the elements of a list in brackets.
pub(crate) fn list(value: Expr, errors: &mut Errors) -> Vec<Expr> {
    match value {
        Expr::Array(array) => array.elems.into_iter().collect(),
        other => {
            errors.add(other.span(), "expected a list in brackets: `[.., ..]`");
            Vec::new()
        }
    }
}

/// Takes a list of [`text`].
pub(crate) fn texts(value: Expr, errors: &mut Errors) -> Vec<LitStr> {
    list(value, errors)
        .into_iter()
        .filter_map(|element| text(element, errors))
        .collect()
}

/// Takes an integer literal that fits into `T`; `range` says in a message which do.
pub(crate) fn number<T>(value: Expr, range: &str, errors: &mut Errors) -> Option<Number>
where
    T: FromStr + Into<u64>,
    T::Err: Display,
{
    if let Expr::Lit(ExprLit {
        lit: Lit::Int(literal),
        ..
    }) = &value
    {
        if let Ok(parsed) = literal.base10_parse::<T>() {
            return Some(Number {
                value: parsed.into(),
                span: literal.span(),
            });
        }
    }
    errors.add(
        value.span(),
        format!("expected an integer literal, {range}"),
    );
    None
}

/// Takes a path.
pub(crate) fn path(value: Expr, errors: &mut Errors) -> Option<ExprPath> {
    match value {
        Expr::Path(path) if path.qself.is_none() => Some(path),
        other => {
            errors.add(other.span(), "expected a path: `name` or `module::name`");
            None
        }
    }
}
