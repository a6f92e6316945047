// SPDX-License-Identifier: GPL-2.0

//! What the livepatch says about its fixes: the fields that `klp-build link` makes the note of.

use super::model::{
    Livepatch,
    Part, //
};
use crate::{
    diagnostics::Errors,
    fix::model::Replacement, //
};
use livepatch_abi::note::{
    key,
    FIXES_SECTION,
    MAX_FIXES,
    NO,
    YES, //
};
use proc_macro2::{
    Literal,
    Span,
    TokenStream, //
};
use quote::quote;
use std::fmt::Display;
use syn::{
    Expr,
    ExprLit,
    Lit,
    LitStr, //
};

/// Reports a description that the note has no room for.
pub(super) fn check(livepatch: &Livepatch, errors: &mut Errors) {
    let length = fields(livepatch).len();

    if length > MAX_FIXES {
        errors.add(
            Span::call_site(),
            format!(
                "the note of the livepatch has room for {MAX_FIXES} bytes about its fixes, and these \
                 take {length}; shorten the titles, or give fewer references"
            ),
        );
    }
}

/// Returns the item that puts the fields into the module.
///
/// The kernel cannot use the section. It is `#[used(compiler)]` for the same reason as those of
/// `.modinfo`.
pub(super) fn expand(livepatch: &Livepatch) -> TokenStream {
    let fields = fields(livepatch);
    let length = fields.len();
    let bytes = Literal::byte_string(&fields);

    quote! {
        #[unsafe(link_section = #FIXES_SECTION)]
        #[used(compiler)]
        static NOTE: [u8; #length] = *#bytes;
    }
}

fn fields(livepatch: &Livepatch) -> Vec<u8> {
    let mut fields = Fields::default();

    if let Some(version) = &livepatch.about.version {
        let release = livepatch.release.as_ref().map(LitStr::value);
        let separator = release.as_ref().map_or("", |_| "-");
        let release = release.unwrap_or_default();
        fields.add(
            key::VERSION,
            format_args!("{}{separator}{release}", version.value()),
        );
    }
    // Another expression is worth something at load only.
    let replace = match &livepatch.replace {
        None => Some(true),
        Some(Expr::Lit(ExprLit {
            lit: Lit::Bool(replace),
            ..
        })) => Some(replace.value),
        Some(_) => None,
    };
    if let Some(replace) = replace {
        fields.add(key::REPLACE, if replace { YES } else { NO });
    }
    for part in &livepatch.fixes {
        fields.add_fix(part);
    }
    // Without a byte there would be no section.
    if fields.0.is_empty() {
        fields.0.push(0);
    }
    fields.0
}

#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn add(&mut self, key: &str, value: impl Display) {
        self.0.extend(format!("{key}={value}\0").bytes());
    }

    fn add_fix(&mut self, part: &Part) {
        let metadata = &part.fix.metadata;

        self.add(key::FIX, metadata.id.value());
        self.add(key::TITLE, metadata.title.value());
        for (key, values) in [
            (key::CVE, metadata.cves.as_slice()),
            (key::REFERENCE, metadata.references.as_slice()),
            (key::SEVERITY, metadata.severity.as_slice()),
        ] {
            for value in values {
                self.add(key, value.value());
            }
        }
        for Replacement {
            name,
            object,
            sympos,
            ..
        } in &part.fix.replacements
        {
            self.add(
                key::FUNCTION,
                format_args!("{}:{},{}", object.value(), name.value(), sympos.value),
            );
        }
    }
}
