// SPDX-License-Identifier: GPL-2.0

//! `#[unexported]`: symbols that the kernel, or a module of it, does not export.
//!
//! The attribute goes on a block of declarations, and the block remains; what it adds is the name
//! under which the linker finds each symbol, from which `klp-build link` makes a klp relocation.

use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    fix_item::{
        is_block_of_c,
        is_cfg,
        takes_types_of_c, //
    },
    name,
    value::{
        self,
        Number, //
    },
};
use livepatch_abi::unexported::Reference;
use proc_macro2::{
    Ident,
    Span,
    TokenStream,
    TokenTree, //
};
use quote::{
    quote_spanned,
    ToTokens, //
};
use syn::{
    ext::IdentExt,
    parse_quote,
    spanned::Spanned,
    Attribute,
    Expr,
    ForeignItem,
    Item,
    ItemForeignMod,
    LitStr,
    Meta, //
};

const GRAMMAR: Grammar = Grammar {
    what: "#[unexported]",
    separator: Separator::Equals,
    keys: &["object"],
};

/// A symbol that a block declares.
pub(crate) struct Unexported {
    /// Its name in Rust.
    ident: Ident,
    /// Its name in the kernel.
    name: LitStr,
    /// Where it is: `vmlinux`, or a module.
    object: LitStr,
    /// Which of several symbols of the name, from 1; 0 if there is one only.
    sympos: Number,
    /// Whether it is only declared under a condition.
    is_conditional: bool,
}

impl Unexported {
    /// Returns the object that the symbol is in.
    pub(crate) fn object(&self) -> &LitStr {
        &self.object
    }

    /// Returns whether both are the same symbol.
    ///
    /// 0 stands for the only symbol of the name, so it collides with every position. Of two that
    /// are conditional, only one may be there.
    fn collides_with(&self, other: &Self) -> bool {
        self.object.value() == other.object.value()
            && self.name.value() == other.name.value()
            && (self.sympos.value == other.sympos.value
                || self.sympos.value == 0
                || other.sympos.value == 0)
            && !(self.is_conditional && other.is_conditional)
    }
}

/// Expands the attribute where no [`#[livepatch::fix]`](crate::fix) has taken it away.
pub(crate) fn expand(args: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    match syn::parse2(item.clone()) {
        Ok(Item::ForeignMod(mut block)) => {
            let symbols = parse(args, &mut block, None, errors);

            check(&symbols, errors);
            block.into_token_stream()
        }
        Ok(other) => {
            misplaced(other.span(), errors);
            item
        }
        Err(error) => {
            errors.push(error);
            item
        }
    }
}

/// Reports the attribute on something that is no block.
pub(crate) fn misplaced(span: Span, errors: &mut Errors) {
    errors.add(
        span,
        "`#[unexported]` goes on a block of declarations: `unsafe extern \"C\" { .. }`",
    );
}

/// Reports the symbols that are declared twice.
pub(crate) fn check(symbols: &[Unexported], errors: &mut Errors) {
    for (position, second) in symbols.iter().enumerate() {
        let mut earlier = symbols[..position].iter();
        if let Some(first) = earlier.find(|first| first.collides_with(second)) {
            errors.add(
                second.ident.span(),
                format!(
                    "`{}` of {} is already declared as `{}`; two symbols of one name need a \
                     `#[sympos(..)]` each",
                    second.name.value(),
                    second.object.value(),
                    first.ident
                ),
            );
        }
    }
}

/// Parses a block, and gives each of its items the name that the linker knows.
///
/// `object` is where the symbols are if the arguments do not say it.
pub(crate) fn parse(
    args: TokenStream,
    block: &mut ItemForeignMod,
    object: Option<&LitStr>,
    errors: &mut Errors,
) -> Vec<Unexported> {
    let at = block.abi.extern_token.span();
    let mut args = GRAMMAR.parse(args, at, errors);
    let given = match object {
        Some(_) => args.optional("object"),
        // There is no fix whose object it could be.
        None => args.required("object", "#[unexported(object = \"vmlinux\")]", errors),
    };
    let given = given
        .and_then(|value| value::text(value, errors))
        .filter(|object| name::object(object, errors));
    let object = given.or_else(|| object.cloned());

    is_block_of_c(block, "a block of unexported symbols", errors);
    let is_conditional = block.attrs.iter().any(is_cfg);
    takes_types_of_c(block);
    block
        .items
        .iter_mut()
        .filter_map(|item| symbol(item, object.as_ref(), is_conditional, errors))
        .collect()
}

/// Takes one item of the block.
fn symbol(
    item: &mut ForeignItem,
    object: Option<&LitStr>,
    is_conditional: bool,
    errors: &mut Errors,
) -> Option<Unexported> {
    let (ident, attributes) = match item {
        ForeignItem::Fn(function) => {
            if let Some(unsafety) = &function.sig.unsafety {
                errors.add(unsafety.span(), QUALIFIED);
            }
            (function.sig.ident.clone(), &mut function.attrs)
        }
        ForeignItem::Static(variable) => (variable.ident.clone(), &mut variable.attrs),
        ForeignItem::Verbatim(tokens) => {
            verbatim(tokens, errors);
            return None;
        }
        other => {
            errors.add(
                other.span(),
                "only functions and statics have symbols; declare this outside of the block",
            );
            return None;
        }
    };

    let is_conditional = is_conditional || attributes.iter().any(is_cfg);
    let mut sympos = None;
    let mut given = None;
    attributes.retain(|attribute| {
        let path = attribute.path();
        if path.is_ident("sympos") {
            set_once(&mut sympos, "sympos", attribute, errors);
        } else if path.is_ident("name") {
            set_once(&mut given, "name", attribute, errors);
        } else {
            foreign_attribute(attribute, errors);
            return true;
        }
        false
    });

    let sympos = sympos
        .flatten()
        .and_then(|value| {
            let range = "from 1 in the order of kallsyms, or 0 if there is one such symbol only";
            value::number::<u32>(value, range, errors)
        })
        .unwrap_or(Number {
            value: 0,
            span: ident.span(),
        });
    let name = given
        .flatten()
        .and_then(|value| value::text(value, errors))
        .unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let is_right = name::symbol(&name, errors);
    // Without an object, there is an error already.
    let object = object.filter(|_| is_right)?.clone();

    let symbol = Unexported {
        ident,
        name,
        object,
        sympos,
        is_conditional,
    };
    attributes.push(link_name(&symbol)?);
    Some(symbol)
}

const QUALIFIED: &str =
    "every unexported symbol is unsafe to use, and the block says so already; leave the word out";

/// Says what is wrong with an item that the parser only takes as tokens.
fn verbatim(tokens: &TokenStream, errors: &mut Errors) {
    let is_word =
        |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
    let is_value = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == '=',
        _ => false,
    };
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let (head, tail) = tokens.split_at(
        tokens
            .iter()
            .position(|token| is_word(token, "fn") || is_word(token, "static"))
            .unwrap_or_default(),
    );

    let qualifier = |token: &&TokenTree| is_word(token, "safe") || is_word(token, "unsafe");
    if let Some(word) = head.iter().find(qualifier) {
        errors.add(word.span(), QUALIFIED);
    }
    if let Some(value) = tail.iter().find(|token| is_value(token)) {
        errors.add(
            value.span(),
            "an unexported symbol is only declared: it is defined in the kernel; end it with `;`",
        );
    }
    if !head.iter().any(|token| qualifier(&token)) && !tail.iter().any(is_value) {
        errors.add(
            tokens.first().map_or_else(Span::call_site, TokenTree::span),
            "expected the declaration of a function or a static",
        );
    }
}

/// Takes the argument of an attribute that an item has once.
///
/// What is wrong is reported, and leaves [`None`] in `slot`.
fn set_once(
    slot: &mut Option<Option<Expr>>,
    what: &str,
    attribute: &Attribute,
    errors: &mut Errors,
) {
    if slot.is_some() {
        errors.add(
            attribute.span(),
            format!("`#[{what}]` is given twice; keep one of the two"),
        );
        return;
    }
    let value = match &attribute.meta {
        Meta::List(list) => syn::parse2(list.tokens.clone()).ok(),
        _ => None,
    };
    if value.is_none() {
        let example = if what == "sympos" {
            "#[sympos(2)]"
        } else {
            "#[name(\"foo.isra.0\")]"
        };
        errors.add(
            attribute.span(),
            format!("expected one argument in parentheses: `{example}`"),
        );
    }
    *slot = Some(value);
}

/// Checks an attribute that is not ours, and stays.
fn foreign_attribute(attribute: &Attribute, errors: &mut Errors) {
    let path = attribute.path();
    let last = path
        .segments
        .last()
        .map(|segment| segment.ident.to_string());

    match last.as_deref() {
        Some("link_name") => errors.add(
            attribute.span(),
            "`#[unexported]` makes the `#[link_name]` itself; the name of a symbol that is called \
             otherwise in Rust is `#[name(\"..\")]`",
        ),
        Some("replace") => errors.add(
            attribute.span(),
            "an unexported symbol is the kernel's, so it replaces nothing; a replacement in C stands \
             in an `unsafe extern \"C\"` block without `#[unexported]`",
        ),
        Some("cfg_attr") => errors.add(
            attribute.span(),
            "`#[cfg_attr]` comes too late for an unexported symbol; declare it twice, under a \
             `#[cfg]` each",
        ),
        _ => {}
    }
}

/// Returns the attribute by which the linker knows the symbol.
fn link_name(symbol: &Unexported) -> Option<Attribute> {
    let (object, name) = (symbol.object.value(), symbol.name.value());
    let reference = Reference {
        object: &object,
        symbol: &name,
        // It was read as such.
        sympos: u32::try_from(symbol.sympos.value).ok()?,
    }
    .to_string();
    let span = symbol.ident.span();
    let value = LitStr::new(&reference, span);
    let meta: Meta = syn::parse2(quote_spanned!(span=> link_name = #value)).ok()?;

    Some(parse_quote!(#[#meta]))
}
