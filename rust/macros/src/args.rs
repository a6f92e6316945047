// SPDX-License-Identifier: GPL-2.0

//! Lists of keys and values, as attributes (`key = value`) and macros (`key: value`) have them.

use crate::diagnostics::{
    enumerate,
    Errors, //
};
use proc_macro2::{
    Ident,
    Span,
    TokenStream,
    TokenTree, //
};
use syn::{
    ext::IdentExt,
    parse::{
        ParseStream,
        Parser, //
    },
    Error,
    Expr,
    Result,
    Token, //
};

/// What stands between a key and its value.
#[derive(Clone, Copy)]
pub(crate) enum Separator {
    /// `key = value`, in an attribute.
    Equals,
    /// `key: value`, in a macro.
    Colon,
}

/// The keys that an attribute or a macro takes.
pub(crate) struct Grammar {
    /// What takes them, as messages name it.
    pub(crate) what: &'static str,
    pub(crate) separator: Separator,
    pub(crate) keys: &'static [&'static str],
}

/// Keys and values that were found; each key is one of the grammar's, and there once.
pub(crate) struct Args {
    what: &'static str,
    at: Span,
    found: Vec<(Ident, Expr)>,
    /// The keys that were taken.
    taken: Vec<Ident>,
    /// The keys whose values were refused.
    refused: Vec<Ident>,
}

impl Grammar {
    /// Parses the list, reporting and leaving out each entry that is wrong.
    ///
    /// A key that is missing is reported at `at`.
    pub(crate) fn parse(&self, tokens: TokenStream, at: Span, errors: &mut Errors) -> Args {
        let mut args = Args {
            what: self.what,
            at,
            found: Vec::new(),
            taken: Vec::new(),
            refused: Vec::new(),
        };
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                match self.entry(input, &mut args.refused) {
                    Ok((key, value)) => self.insert(&mut args, key, value, errors),
                    Err(error) => {
                        errors.push(error);
                        skip_to_comma(input)?;
                    }
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };

        let parsed = list.parse2(tokens);
        if let Err(error) = parsed {
            errors.push(error);
        }
        args
    }

    fn entry(&self, input: ParseStream<'_>, refused: &mut Vec<Ident>) -> Result<(Ident, Expr)> {
        let expected = |what: &str| Error::new(input.span(), format!("expected {what}"));
        let missing = |what: &str, key: &Ident| {
            // At the end there is nothing to point at.
            let span = if input.is_empty() {
                key.span()
            } else {
                input.span()
            };
            Error::new(span, format!("expected {what} after `{key}`"))
        };

        if !input.peek(syn::Ident::peek_any) {
            return Err(expected(&format!("one of {}", enumerate(self.keys))));
        }
        let key = input.call(Ident::parse_any)?;
        refused.push(key.clone());
        match self.separator {
            Separator::Equals if input.peek(Token![=]) => {
                input.parse::<Token![=]>()?;
            }
            Separator::Colon if input.peek(Token![:]) => {
                input.parse::<Token![:]>()?;
            }
            // An unknown key without a value is best answered with the keys that are known.
            _ if !self.knows(&key) => return Err(self.unknown(&key)),
            Separator::Equals => return Err(missing("`=` and a value", &key)),
            Separator::Colon => return Err(missing("`:` and a value", &key)),
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Err(missing("a value", &key));
        }
        let value = input.parse()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(expected(&format!("`,` after the value of `{key}`")));
        }
        refused.pop();
        Ok((key, value))
    }

    fn insert(&self, args: &mut Args, key: Ident, value: Expr, errors: &mut Errors) {
        if !self.knows(&key) {
            errors.push(self.unknown(&key));
        } else if args.found.iter().any(|(other, _)| *other == key) {
            errors.add(
                key.span(),
                format!("`{key}` is given twice; keep one of the two"),
            );
        } else {
            args.found.push((key, value));
        }
    }

    fn knows(&self, key: &Ident) -> bool {
        self.keys.iter().any(|known| key == known)
    }

    fn unknown(&self, key: &Ident) -> Error {
        let Self { what, keys, .. } = self;

        Error::new(
            key.span(),
            format!("{what} has no key `{key}`; it takes {}", enumerate(*keys)),
        )
    }
}

impl Args {
    /// Takes the value of an optional key.
    pub(crate) fn optional(&mut self, key: &str) -> Option<Expr> {
        let position = self.found.iter().position(|(found, _)| found == key)?;

        let (key, value) = self.found.swap_remove(position);

        self.taken.push(key);
        Some(value)
    }

    /// Returns whether a key is, or was, there, be its value right or wrong.
    pub(crate) fn was_given(&self, key: &str) -> bool {
        let found = self.found.iter().map(|(found, _)| found);

        found
            .chain(&self.taken)
            .chain(&self.refused)
            .any(|given| given == key)
    }

    /// Takes the value of a key that has to be there; `example` completes the message.
    pub(crate) fn required(
        &mut self,
        key: &str,
        example: &str,
        errors: &mut Errors,
    ) -> Option<Expr> {
        let value = self.optional(key);

        // What was refused has been reported.
        if value.is_none() && !self.refused.iter().any(|refused| refused == key) {
            let what = self.what;
            errors.add(self.at, format!("{what} needs `{key}`; write `{example}`"));
        }
        value
    }
}

/// Skips what is left of an entry.
fn skip_to_comma(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
