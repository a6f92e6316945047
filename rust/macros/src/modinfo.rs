// SPDX-License-Identifier: GPL-2.0

//! Entries of the `.modinfo` section, and the keys of `livepatch!` and `module!` that become such.

use crate::{
    args::Args,
    diagnostics::{
        enumerate,
        Errors, //
    },
    value,
};
use livepatch_abi::{
    modinfo::{
        AUTHOR,
        DESCRIPTION,
        GPL_COMPATIBLE,
        LICENSE,
        VERSION, //
    },
    section,
};
use proc_macro2::{
    Ident,
    Literal,
    TokenStream, //
};
use quote::{
    format_ident,
    quote, //
};
use syn::{
    spanned::Spanned,
    LitStr, //
};

/// What a module says about itself.
pub(crate) struct About {
    pub(crate) description: Option<LitStr>,
    pub(crate) authors: Vec<LitStr>,
    pub(crate) license: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
}

impl About {
    /// Takes the keys that `livepatch!` and `module!` have in common.
    pub(crate) fn parse(args: &mut Args, errors: &mut Errors) -> Self {
        let description = args
            .required(
                "description",
                "description: \"what the module is for\"",
                errors,
            )
            .and_then(|value| value::text(value, errors));

        let author = args.optional("author");
        let authors = args.optional("authors");
        if let (Some(author), Some(_)) = (&author, &authors) {
            errors.add(
                author.span(),
                "`author` and `authors` are both given; put this one into the list",
            );
        }
        let mut authors = authors
            .map(|value| value::texts(value, errors))
            .unwrap_or_default();
        authors.extend(author.and_then(|value| value::text(value, errors)));

        let license = args
            .optional("license")
            .and_then(|value| value::text(value, errors));
        if let Some(license) = &license {
            if !GPL_COMPATIBLE.contains(&license.value().as_str()) {
                errors.add(
                    license.span(),
                    format!(
                        "the kernel does not take `{}` for compatible with the GPL, and keeps \
                         livepatching from such a module; it is one of {}",
                        license.value(),
                        enumerate(GPL_COMPATIBLE)
                    ),
                );
            }
        }

        let version = args
            .optional("version")
            .and_then(|value| value::text(value, errors));

        Self {
            description,
            authors,
            license,
            version,
        }
    }

    /// Returns the keys and values for `.modinfo`.
    pub(crate) fn entries(&self) -> Vec<(&'static str, String)> {
        let Self {
            description,
            authors,
            license,
            version,
        } = self;
        let license = license
            .as_ref()
            .map_or_else(|| GPL_COMPATIBLE[0].to_owned(), |license| license.value());

        let mut entries = vec![(LICENSE, license)];
        entries.extend(authors.iter().map(|author| (AUTHOR, author.value())));
        entries.extend(description.iter().map(|text| (DESCRIPTION, text.value())));
        entries.extend(version.iter().map(|text| (VERSION, text.value())));
        entries
    }
}

/// Returns the items that put the entries into the module.
pub(crate) fn expand(entries: &[(&str, String)]) -> TokenStream {
    entries
        .iter()
        .enumerate()
        .map(|(index, (key, value))| entry(&format_ident!("MODINFO_{index}"), key, value))
        .collect()
}

/// Returns the item, called `ident`, that puts one entry into the module.
///
/// The static is `#[used(compiler)]`: a plain `#[used]` has the linker keep a second section of the
/// name, which some module loaders refuse.
pub(crate) fn entry(ident: &Ident, key: &str, value: &str) -> TokenStream {
    let section = section::MODINFO;
    let entry = format!("{key}={value}\0");
    let length = entry.len();
    let bytes = Literal::byte_string(entry.as_bytes());

    quote! {
        #[unsafe(link_section = #section)]
        #[used(compiler)]
        static #ident: [u8; #length] = *#bytes;
    }
}
