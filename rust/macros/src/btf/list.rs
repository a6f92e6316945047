// SPDX-License-Identifier: GPL-2.0

//! The list in `livepatch::btf!`: what to take from the kernel's BTF, and from which object's.
//!
//! `klp-build` compiles this file too: the file that it writes for a list has to be the one that the macro includes.

use livepatch_abi::{
    btf::FileName,
    object, //
};
use proc_macro2::Span;
use syn::{
    ext::IdentExt,
    parse::{
        Parse,
        ParseStream, //
    },
    Error,
    Ident,
    LitStr,
    Result,
    Token, //
};

/// What a list asks for.
pub(crate) struct List {
    pub(crate) object: String,
    pub(crate) items: Vec<Item>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
}

/// What an item is, in the words of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    /// The list does not say: a struct, a union, an enum or a typedef.
    Any,
    Struct,
    Union,
    Enum,
    Typedef,
    /// The type of a function.
    Function,
}

impl ItemKind {
    /// Returns the word for it: Rust's, in front of the name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Enum => "enum",
            Self::Typedef => "type",
            Self::Function => "fn",
        }
    }
}

impl List {
    /// Returns the name of the file that has what the list asks for.
    pub(crate) fn file_name(&self) -> FileName {
        FileName::new(
            &self.object,
            self.items
                .iter()
                .map(|item| (item.kind.word(), item.name.as_str())),
        )
    }
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut object: Option<LitStr> = None;
        let mut items = Vec::new();
        let mut errors: Option<Error> = None;
        let mut refuse = |span, message: &str| {
            let error = Error::new(span, message);
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        };

        while !input.is_empty() {
            let fork = input.fork();
            let is_object = fork.parse::<Ident>().is_ok_and(|ident| ident == "object");

            if is_object && fork.peek(Token![=]) {
                let key: Ident = input.parse()?;
                input.parse::<Token![=]>()?;
                if object.replace(input.parse()?).is_some() {
                    refuse(key.span(), "`object` is there twice");
                }
            } else {
                let (item, span) = item(input)?;
                if items.contains(&item) {
                    refuse(span, &format!("`{}` is there twice", item.name));
                }
                items.push(item);
            }
            if input.is_empty() {
                break;
            }
            if input.peek(Token![;]) {
                input.parse::<Token![;]>()?;
            } else {
                input.parse::<Token![,]>()?;
            }
        }
        if items.is_empty() {
            refuse(
                Span::call_site(),
                "name what to take from the kernel's BTF: `livepatch::btf! { packet_sock, fn packet_rcv }`",
            );
        }
        match errors {
            Some(errors) => Err(errors),
            None => Ok(Self {
                object: object.map_or_else(|| object::VMLINUX.to_owned(), |object| object.value()),
                items,
            }),
        }
    }
}

fn item(input: ParseStream<'_>) -> Result<(Item, Span)> {
    let kind = if input.peek(Token![struct]) {
        input.parse::<Token![struct]>()?;
        ItemKind::Struct
    } else if input.peek(Token![enum]) {
        input.parse::<Token![enum]>()?;
        ItemKind::Enum
    } else if input.peek(Token![type]) {
        input.parse::<Token![type]>()?;
        ItemKind::Typedef
    } else if input.peek(Token![fn]) {
        input.parse::<Token![fn]>()?;
        ItemKind::Function
    } else if input.peek(Token![union]) && input.peek2(Ident::peek_any) {
        input.parse::<Token![union]>()?;
        ItemKind::Union
    } else {
        ItemKind::Any
    };
    let name = Ident::parse_any(input).map_err(|error| {
        Error::new(
            error.span(),
            "expected the name of a type of C, with or without `struct`, `union`, `enum` or `type`; or `fn` and that of a function; \
             or `object = \"..\"`",
        )
    })?;

    Ok((
        Item {
            kind,
            name: name.unraw().to_string(),
        },
        name.span(),
    ))
}
