// SPDX-License-Identifier: GPL-2.0

//! From what the macros collected to the model.

use super::{
    model::{
        Livepatch,
        Part, //
    },
    settings,
};
use crate::{
    diagnostics::Errors,
    fix::wire::Received,
    name, //
};
use proc_macro2::{
    Ident,
    Span,
    TokenStream, //
};
use syn::{
    braced,
    parse::{
        Parse,
        ParseStream, //
    },
    Error,
    Result, //
};

/// Parses what the macros collected, see [`super::chain`].
///
/// Reports a module without a name, and returns [`None`] for input that no macro of ours made.
pub(super) fn parse(
    input: TokenStream,
    module: Option<String>,
    errors: &mut Errors,
) -> Option<Livepatch> {
    let collected: Collected = match syn::parse2(input) {
        Ok(collected) => collected,
        Err(error) => {
            errors.push(error);
            return None;
        }
    };

    // `livepatch!` has reported what is wrong with its own keys.
    let mut reported = Errors::default();
    let settings = settings::parse(collected.settings, &mut reported);
    let mut is_broken = !reported.is_empty();

    let mut fixes = Vec::new();
    for (listed, found) in settings.fixes.into_iter().zip(collected.fixes) {
        if let Some(fix) = found {
            is_broken |= fix.is_broken;
            fixes.push(Part {
                path: listed.path,
                fix,
            });
        }
    }
    if module.is_none() {
        errors.add(Span::call_site(), name::MODULE_UNKNOWN);
    }

    Some(Livepatch {
        module: module.unwrap_or_default(),
        is_broken,
        about: settings.about,
        release: settings.release,
        replace: settings.replace,
        fixes,
    })
}

/// What the macros collected.
struct Collected {
    /// The input of `livepatch!`.
    settings: TokenStream,
    /// The fixes in the order of the list, [`None`] for one whose condition is not met.
    fixes: Vec<Option<Received>>,
}

impl Parse for Collected {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let content;
        braced!(content in input);
        let settings;
        braced!(settings in content);

        let settings = settings.parse()?;
        let mut fixes = Vec::new();
        while !content.is_empty() {
            let kind: Ident = content.parse()?;
            fixes.push(if kind == "fix" {
                Some(content.parse()?)
            } else if kind == "absent" {
                None
            } else {
                return Err(Error::new(kind.span(), "expected a fix"));
            });
        }
        Ok(Self { settings, fixes })
    }
}
