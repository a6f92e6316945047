// SPDX-License-Identifier: GPL-2.0

//! A fix as tokens, on its way from `#[livepatch::fix]` to `livepatch!`.
//!
//! The tokens keep the author's spans, so that a conflict between two fixes is reported where the
//! author wrote the second. Lists stand in brackets, one element behind the other:
//!
//! ```text
//! fix {
//!     name "id" "title" ["cve" ..] ["reference" ..] "severity"? ,
//!     ok | broken ,
//!     ["object" ..]
//!     [ (function "name" "object" sympos) .. ]
//!     [ (pre_patch function "object") .. ]
//!     [ (Type id version) .. ]
//!     [ (STATIC "name") .. ]
//!     [init?] [exit?]
//! }
//! ```

use super::model::{
    Callback,
    CallbackKind,
    Fix,
    Metadata,
    Replacement, //
};
use crate::value::Number;
use proc_macro2::{
    Ident,
    TokenStream, //
};
use quote::{
    format_ident,
    quote, //
};
use syn::{
    braced,
    bracketed,
    parenthesized,
    parse::{
        Parse,
        ParseStream, //
    },
    LitStr,
    Result,
    Token, //
};

/// A state, as far as other fixes are concerned.
pub(crate) struct StateEntry {
    pub(crate) type_: Ident,
    pub(crate) id: Number,
    pub(crate) version: Number,
}

/// A parameter, as far as other fixes are concerned.
pub(crate) struct ParamEntry {
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
}

/// A fix that came over the wire.
pub(crate) struct Received {
    pub(crate) ident: Ident,
    pub(crate) is_broken: bool,
    pub(crate) metadata: Metadata,
    pub(crate) objects: Vec<LitStr>,
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) callbacks: Vec<Callback>,
    pub(crate) states: Vec<StateEntry>,
    pub(crate) params: Vec<ParamEntry>,
    pub(crate) has_init: bool,
    pub(crate) has_exit: bool,
}

/// Writes a fix.
pub(super) fn encode(fix: &Fix) -> TokenStream {
    let Fix {
        ident,
        is_broken,
        metadata:
            Metadata {
                id,
                title,
                cves,
                references,
                severity,
            },
        objects,
        replacements,
        callbacks,
        states,
        params,
        // Only their objects are of interest to others.
        unexported: _,
        init,
        exit,
    } = fix;
    let health = format_ident!("{}", if *is_broken { "broken" } else { "ok" });
    let severity = severity.iter();
    let (init, exit) = (init.iter(), exit.iter());
    let replacements = replacements.iter().map(
        |Replacement {
             function,
             name,
             object,
             sympos,
         }| quote!((#function #name #object #sympos)),
    );
    let callbacks = callbacks.iter().map(
        |Callback {
             kind,
             function,
             object,
         }| {
            let kind = format_ident!("{}", kind.name());
            quote!((#kind #function #object))
        },
    );
    let states = states.iter().map(|state| {
        let (type_, id, version) = (&state.type_, &state.id, &state.version);
        quote!((#type_ #id #version))
    });
    let params = params.iter().map(|param| {
        let (ident, name) = (&param.ident, &param.name);
        quote!((#ident #name))
    });

    quote! {
        fix {
            #ident #id #title [#(#cves)*] [#(#references)*] #(#severity)*,
            #health,
            [#(#objects)*]
            [#(#replacements)*]
            [#(#callbacks)*]
            [#(#states)*]
            [#(#params)*]
            [#(#init)*] [#(#exit)*]
        }
    }
}

impl Parse for Received {
    /// Reads a fix without the word `fix`.
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        braced!(content in input);
        let input = &content;

        let ident = input.parse()?;
        let metadata = Metadata {
            id: input.parse()?,
            title: input.parse()?,
            cves: list(input)?,
            references: list(input)?,
            severity: if input.peek(LitStr) {
                Some(input.parse()?)
            } else {
                None
            },
        };
        input.parse::<Token![,]>()?;
        let health: Ident = input.parse()?;
        input.parse::<Token![,]>()?;

        Ok(Self {
            ident,
            is_broken: health != "ok",
            metadata,
            objects: list(input)?,
            replacements: list(input)?,
            callbacks: list(input)?,
            states: list(input)?,
            params: list(input)?,
            has_init: !list::<Ident>(input)?.is_empty(),
            has_exit: !list::<Ident>(input)?.is_empty(),
        })
    }
}

/// Reads the elements in brackets.
fn list<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let content;
    bracketed!(content in input);

    let mut elements = Vec::new();
    while !content.is_empty() {
        elements.push(content.parse()?);
    }
    Ok(elements)
}

impl Parse for Replacement {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);

        Ok(Self {
            function: content.parse()?,
            name: content.parse()?,
            object: content.parse()?,
            sympos: content.parse()?,
        })
    }
}

impl Parse for Callback {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);

        let kind: Ident = content.parse()?;
        let kind = CallbackKind::ALL
            .into_iter()
            .find(|known| kind == known.name())
            .ok_or_else(|| syn::Error::new(kind.span(), "expected a kind of callback"))?;
        Ok(Self {
            kind,
            function: content.parse()?,
            object: content.parse()?,
        })
    }
}

impl Parse for StateEntry {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);

        Ok(Self {
            type_: content.parse()?,
            id: content.parse()?,
            version: content.parse()?,
        })
    }
}

impl Parse for ParamEntry {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        parenthesized!(content in input);

        Ok(Self {
            ident: content.parse()?,
            name: content.parse()?,
        })
    }
}
