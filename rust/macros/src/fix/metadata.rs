// SPDX-License-Identifier: GPL-2.0

//! The arguments of `#[livepatch::fix]`.

use super::model::Metadata;
use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::{
        enumerate,
        Errors, //
    },
    name,
    value, //
};
use livepatch_abi::object::VMLINUX;
use proc_macro2::{
    Ident,
    TokenStream, //
};
use syn::{
    ext::IdentExt,
    LitStr, //
};

const GRAMMAR: Grammar = Grammar {
    what: "#[livepatch::fix]",
    separator: Separator::Equals,
    keys: &["id", "title", "object", "cve", "references", "severity"],
};

/// How bad it is not to have the fix, from the mildest.
const SEVERITIES: [&str; 4] = ["low", "moderate", "important", "critical"];

/// Parses the arguments of the fix in the module `ident`.
///
/// Returns the metadata, and the object of the items that name none.
pub(super) fn parse(args: TokenStream, ident: &Ident, errors: &mut Errors) -> (Metadata, LitStr) {
    let mut args = GRAMMAR.parse(args, ident.span(), errors);
    let default = |text: &str| LitStr::new(text, ident.span());

    let id = args
        .optional("id")
        .and_then(|value| value::text(value, errors))
        .unwrap_or_else(|| default(&ident.unraw().to_string()));
    name::fix_id(&id, errors);

    let title = args
        .required("title", "title = \"what the fix changes\"", errors)
        .and_then(|value| value::text(value, errors))
        .unwrap_or_else(|| default(""));

    let object = args
        .optional("object")
        .and_then(|value| value::text(value, errors))
        .filter(|object| name::object(object, errors))
        .unwrap_or_else(|| default(VMLINUX));

    let cves = args
        .optional("cve")
        .map(|value| value::texts(value, errors))
        .unwrap_or_default();
    for (position, cve) in cves.iter().enumerate() {
        if name::cve(cve, errors)
            && cves[..position]
                .iter()
                .any(|other| other.value() == cve.value())
        {
            errors.add(cve.span(), format!("`{}` is given twice", cve.value()));
        }
    }

    let references = args
        .optional("references")
        .map(|value| value::texts(value, errors))
        .unwrap_or_default();

    let severity = args
        .optional("severity")
        .and_then(|value| value::text(value, errors));
    if let Some(severity) = &severity {
        if !SEVERITIES.contains(&severity.value().as_str()) {
            errors.add(
                severity.span(),
                format!(
                    "there is no severity `{}`; it is one of {}",
                    severity.value(),
                    enumerate(SEVERITIES)
                ),
            );
        }
    }

    let metadata = Metadata {
        id,
        title,
        cves,
        references,
        severity,
    };
    (metadata, object)
}
