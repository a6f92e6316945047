// SPDX-License-Identifier: GPL-2.0

//! An author's crate, expanded as the compiler would do it.
//!
//! The compiler is needed for one thing that is not repeated here: that the macros which collect
//! the fixes call each other. What each of them hands on is taken from its definition.

use crate::{
    btf,
    diagnostics::Errors,
    fix,
    fix_item,
    livepatch,
    module,
    param,
    traceable,
    unexported, //
};
use proc_macro2::{
    TokenStream,
    TokenTree, //
};
use quote::{
    quote,
    ToTokens, //
};
use std::{
    collections::HashMap,
    path::PathBuf, //
};
use syn::{
    parse2,
    parse_file,
    Attribute,
    File,
    Item,
    Meta, //
};

/// A crate after its macros were expanded.
pub(super) struct Crate {
    pub(super) file: File,
    /// The errors, as `line:column: message`.
    pub(super) errors: Vec<String>,
}

/// A crate while its macros are expanded.
struct Expansion<'a> {
    module: &'a str,
    errors: Errors,
    /// What the fix at each path tells `livepatch!`.
    fixes: HashMap<String, TokenStream>,
}

impl Crate {
    /// Expands the source of a crate that becomes the module `module`.
    pub(super) fn expand(source: &str, module: &str) -> Self {
        let file = parse_file(source).expect("a case is a file of Rust");
        let mut expansion = Expansion {
            module,
            errors: Errors::default(),
            fixes: HashMap::new(),
        };
        let attributes = &file.attrs;
        let items = expansion.items(file.items, "");

        Self {
            file: parse2(quote!(#(#attributes)* #items)).expect("the expansion is Rust"),
            errors: expansion
                .errors
                .into_inner()
                .iter()
                .map(|error| {
                    let start = error.span().start();
                    format!("{}:{}: {error}", start.line, start.column + 1)
                })
                .collect(),
        }
    }
}

impl Expansion<'_> {
    fn items(&mut self, items: Vec<Item>, path: &str) -> TokenStream {
        // Macros with `!` need the fixes, which attributes make.
        let (calls, others): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .partition(|item| matches!(item, Item::Macro(_)));
        let others: TokenStream = others
            .into_iter()
            .map(|item| self.item(item, path))
            .collect();
        let calls: TokenStream = calls.into_iter().map(|item| self.call(item)).collect();

        quote!(#others #calls)
    }

    fn item(&mut self, mut item: Item, path: &str) -> TokenStream {
        let Some(attributes) = fix_item::attributes(&mut item) else {
            return item.into_token_stream();
        };
        let Some((name, args)) = take_attribute(attributes) else {
            return self.inside(item, path);
        };

        // As in the compiler, each macro has errors of its own.
        let mut errors = Errors::default();
        let item = item.into_token_stream();
        let tokens = match name.as_str() {
            "fix" => {
                let tokens = fix::expand(args, item, &mut errors);
                self.remember(&tokens, path);
                tokens
            }
            "param" => param::expand(args, item, &mut errors),
            "traceable" => traceable::expand(args, item, &mut errors),
            "unexported" => unexported::expand(args, item, &mut errors),
            name => fix_item::misplaced(name, item, &mut errors),
        };
        self.add(errors);
        tokens
    }

    /// Expands what is in a module that is no fix.
    fn inside(&mut self, item: Item, path: &str) -> TokenStream {
        match item {
            Item::Mod(module) if module.content.is_some() => {
                let (visibility, ident) = (&module.vis, &module.ident);
                let (_, items) = module.content.unwrap_or_default();
                let items = self.items(items, &format!("{path}{ident}::"));

                quote!(#visibility mod #ident { #items })
            }
            other => other.into_token_stream(),
        }
    }

    /// Notes what the fix in the expansion tells `livepatch!`.
    fn remember(&mut self, expansion: &TokenStream, path: &str) {
        let Ok(Item::Mod(module)) = parse2(expansion.clone()) else {
            return;
        };
        let Some((_, items)) = module.content else {
            return;
        };
        for item in items {
            if let Item::Macro(relay) = item {
                if relay.ident.is_some_and(|ident| ident == "__livepatch_fix") {
                    let description = appended(relay.mac.tokens);
                    self.fixes
                        .insert(format!("{path}{}", module.ident), description);
                }
            }
        }
    }

    fn call(&mut self, item: Item) -> TokenStream {
        let Item::Macro(call) = item else {
            return item.into_token_stream();
        };
        let name = call
            .mac
            .path
            .segments
            .last()
            .expect("a name")
            .ident
            .to_string();
        let input = call.mac.tokens;
        let module = Some(self.module.to_owned());

        let mut errors = Errors::default();
        let tokens = match name.as_str() {
            "btf" => btf::expand(input, Some(PathBuf::from("/nowhere")), &mut errors),
            "module" => module::expand(input, module, &mut errors),
            "livepatch" => {
                let chain = livepatch::expand(input.clone(), &mut errors);
                self.add(std::mem::take(&mut errors));
                let fixes = livepatch::fix_paths(input.clone()).into_iter().map(
                    |(path, is_conditional)| match self.fixes.get(&path) {
                        Some(fix) if !is_conditional => fix.clone(),
                        _ => quote!(absent),
                    },
                );
                let collected = quote!({ { #input } #(#fixes)* });
                let composed = livepatch::compose(collected, module, &mut errors);
                quote!(#chain #composed)
            }
            name => panic!("a case uses `{name}!`, which is none of ours"),
        };
        self.add(errors);
        tokens
    }

    fn add(&mut self, errors: Errors) {
        for error in errors.into_inner() {
            self.errors.push(error);
        }
    }
}

/// Takes the first of our attributes, with its name and its arguments.
fn take_attribute(attributes: &mut Vec<Attribute>) -> Option<(String, TokenStream)> {
    let position = attributes
        .iter()
        .position(|attribute| attribute.path().segments[0].ident == "livepatch")?;
    let attribute = attributes.remove(position);
    let name = attribute.path().segments.last()?.ident.to_string();
    let args = match attribute.meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };

    Some((name, args))
}

/// Returns what a fix's macro appends to what is known: `.. => { .. { { $($known)* HERE } .. } }`.
fn appended(rules: TokenStream) -> TokenStream {
    let last_group = |tokens: TokenStream| {
        tokens
            .into_iter()
            .filter_map(|token| match token {
                TokenTree::Group(group) => Some(group.stream()),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    let transcriber = last_group(rules).pop().expect("a right-hand side");
    let call = last_group(transcriber)
        .pop()
        .expect("the argument of a call");
    let known = last_group(call).remove(0);

    // `$`, the group, `*`.
    known.into_iter().skip(3).collect()
}
