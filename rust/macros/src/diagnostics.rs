// SPDX-License-Identifier: GPL-2.0

//! The mistakes found so far, to be reported all at once.

use proc_macro2::{
    Span,
    TokenStream, //
};
use std::fmt::Display;

/// A collection of errors, each at the author's tokens.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error that says what is wrong at `span`, and what is right instead.
    pub(crate) fn add(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds the errors of the parser.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.extend(error);
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the tokens that make the compiler report all of them.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0
            .into_iter()
            .map(|error| error.into_compile_error())
            .collect()
    }

    /// Returns the errors one by one.
    #[cfg(test)]
    pub(crate) fn into_inner(self) -> Vec<syn::Error> {
        self.0
    }
}

/// Writes names as a sentence does: `a`, `b`, `c`.
pub(crate) fn enumerate<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();

    quoted.join(", ")
}
