// SPDX-License-Identifier: GPL-2.0

//! `module!`: a module that is no livepatch.

use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    entry_points,
    modinfo::{
        self,
        About, //
    },
    name, value,
};
use proc_macro2::{
    Span,
    TokenStream, //
};
use quote::{
    quote,
    quote_spanned, //
};
use syn::{
    spanned::Spanned,
    ExprPath, //
};

const GRAMMAR: Grammar = Grammar {
    what: "module!",
    separator: Separator::Colon,
    keys: &[
        "description",
        "author",
        "authors",
        "license",
        "version",
        "init",
        "exit",
    ],
};

/// A module.
struct Module {
    /// The name of the kernel module.
    name: String,
    about: About,
    /// The function that the module loader calls first.
    init: Option<ExprPath>,
    /// The function that takes back what `init` did.
    exit: Option<ExprPath>,
}

/// Expands the macro.
///
/// `name` is the name of the module that is being compiled, if known.
pub(crate) fn expand(input: TokenStream, name: Option<String>, errors: &mut Errors) -> TokenStream {
    let module = parse(input, name, errors);

    if errors.is_empty() {
        module.expand()
    } else {
        entry_points::log_prefix(&module.name)
    }
}

fn parse(input: TokenStream, name: Option<String>, errors: &mut Errors) -> Module {
    let mut args = GRAMMAR.parse(input, Span::call_site(), errors);

    let about = About::parse(&mut args, errors);
    let mut function = |key| {
        args.optional(key)
            .and_then(|value| value::path(value, errors))
    };
    let init = function("init");
    let exit = function("exit");
    match &name {
        Some(name) => {
            name::module(name, Span::call_site(), errors);
        }
        None => errors.add(Span::call_site(), name::MODULE_UNKNOWN),
    }

    Module {
        name: name.unwrap_or_default(),
        about,
        init,
        exit,
    }
}

impl Module {
    fn expand(&self) -> TokenStream {
        let Self {
            name,
            about,
            init,
            exit,
        } = self;

        let modinfo = modinfo::expand(&about.entries());
        let init = constant(
            quote!(__LIVEPATCH_INIT),
            quote!(fn() -> ::livepatch::Result),
            init.as_ref(),
            quote!(|| ::core::result::Result::Ok(())),
        );
        let exit = constant(
            quote!(__LIVEPATCH_EXIT),
            quote!(fn()),
            exit.as_ref(),
            quote!(|| ()),
        );
        let module = entry_points::expand(
            name,
            modinfo,
            quote!(rt::init_plain(super::super::__LIVEPATCH_INIT)),
            quote!((super::super::__LIVEPATCH_EXIT)()),
        );

        quote!(#init #exit #module)
    }
}

/// Returns a constant where the author's path can be resolved, with the type that it must have.
fn constant(
    name: TokenStream,
    type_: TokenStream,
    path: Option<&ExprPath>,
    default: TokenStream,
) -> TokenStream {
    let value = path.map_or(default, |path| {
        let span = Span::mixed_site().located_at(path.span());
        quote_spanned!(span=> #path)
    });

    quote! {
        #[doc(hidden)]
        const #name: #type_ = #value;
    }
}
