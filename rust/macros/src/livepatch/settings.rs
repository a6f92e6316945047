// SPDX-License-Identifier: GPL-2.0

//! The keys of `livepatch!`.

use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    fix_item,
    modinfo::About,
    name, value,
};
use proc_macro2::{
    Span,
    TokenStream, //
};
use quote::ToTokens;
use syn::{
    spanned::Spanned,
    Attribute,
    Expr,
    LitStr,
    Path, //
};

const GRAMMAR: Grammar = Grammar {
    what: "livepatch!",
    separator: Separator::Colon,
    keys: &[
        "description",
        "author",
        "authors",
        "license",
        "version",
        "release",
        "replace",
        "fixes",
    ],
};

/// What the author says about the livepatch as a whole.
pub(super) struct Settings {
    pub(super) about: About,
    /// Which of several builds of the version it is.
    pub(super) release: Option<LitStr>,
    /// Whether it replaces the livepatches that are installed.
    pub(super) replace: Option<Expr>,
    pub(super) fixes: Vec<FixPath>,
}

/// One of the fixes.
pub(super) struct FixPath {
    pub(super) path: Path,
    /// The conditions under which it is part of the livepatch.
    pub(super) cfgs: Vec<Attribute>,
}

/// Parses the keys, leaving out what is wrong.
pub(super) fn parse(input: TokenStream, errors: &mut Errors) -> Settings {
    let mut args = GRAMMAR.parse(input, Span::call_site(), errors);

    let about = About::parse(&mut args, errors);
    if let Some(version) = &about.version {
        name::version(version, errors);
    }
    let release = args
        .optional("release")
        .and_then(|value| value::text(value, errors));
    if let Some(release) = &release {
        name::release(release, errors);
        if !args.was_given("version") {
            errors.add(
                release.span(),
                "a release is one of a version; give it as well: `version: \"1\"`",
            );
        }
    }
    let replace = args.optional("replace");
    let fixes = args
        .required(
            "fixes",
            "fixes: [name]`, or for a livepatch that fixes nothing yet `fixes: []",
            errors,
        )
        .map(|value| parse_fixes(value, errors))
        .unwrap_or_default();

    Settings {
        about,
        release,
        replace,
        fixes,
    }
}

fn parse_fixes(value: Expr, errors: &mut Errors) -> Vec<FixPath> {
    let mut fixes: Vec<FixPath> = Vec::new();

    for element in value::list(value, errors) {
        let Some(element) = value::path(element, errors) else {
            continue;
        };
        for attribute in &element.attrs {
            if !fix_item::is_cfg(attribute) {
                errors.add(
                    attribute.span(),
                    "a fix can only be conditional: `#[cfg(..)]`",
                );
            }
        }
        let cfgs = fix_item::cfgs(&element.attrs);
        let path = element.path;
        if fixes
            .iter()
            .any(|other| compact(&other.path) == compact(&path))
        {
            errors.add(
                path.span(),
                format!("the fix `{}` is listed twice", compact(&path)),
            );
        } else {
            fixes.push(FixPath { path, cfgs });
        }
    }
    fixes
}

/// Writes a path as people do, from the place of `livepatch!`.
pub(super) fn compact(path: &Path) -> String {
    let text = path.to_token_stream().to_string().replace(' ', "");

    text.trim_start_matches("self::").to_owned()
}
