// SPDX-License-Identifier: GPL-2.0

//! `#[param]`: a module parameter.
//!
//! C header: `include/linux/moduleparam.h`.

use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    fix_item::cfgs,
    modinfo, name,
    value::{
        self,
        Number, //
    },
};
use livepatch_abi::{
    modinfo::{
        PARM,
        PARMTYPE, //
    },
    section,
};
use proc_macro2::{
    Ident,
    Literal,
    Span,
    TokenStream, //
};
use quote::{
    quote,
    quote_spanned,
    ToTokens, //
};
use std::ffi::CString;
use syn::{
    ext::IdentExt,
    spanned::Spanned,
    Attribute,
    Expr,
    ExprLit,
    Item,
    Lit,
    LitStr,
    StaticMutability,
    Type, //
};

const GRAMMAR: Grammar = Grammar {
    what: "#[param]",
    separator: Separator::Equals,
    keys: &["name", "mode", "description"],
};

/// The mode of a parameter that names none: everybody may read it.
const DEFAULT_MODE: u64 = 0o444;

/// A module parameter.
pub(crate) struct Param {
    /// The name of the static.
    pub(crate) ident: Ident,
    /// The name that the administrator knows it by.
    pub(crate) name: LitStr,
    pub(crate) description: Option<LitStr>,
    /// The permissions of its file in sysfs; 0 for no file.
    pub(crate) mode: Number,
    /// The type of the static.
    pub(crate) type_: Type,
    /// The conditions under which the static is there.
    pub(crate) cfgs: Vec<Attribute>,
}

/// Expands the attribute where it stands alone.
pub(crate) fn expand(args: TokenStream, item: TokenStream, errors: &mut Errors) -> TokenStream {
    let Ok(parsed) = syn::parse2(item.clone()) else {
        errors.add(item.span(), GOES_ON);
        return item;
    };
    let tables = parse(args, &parsed, errors).map(|param| param.to_tables());

    quote!(#item #tables)
}

const GOES_ON: &str = "#[param] goes on a static: `static NAME: Param<c_int> = Param::new(0);`";

/// Parses the attribute's arguments and the item that it stands on.
pub(crate) fn parse(args: TokenStream, item: &Item, errors: &mut Errors) -> Option<Param> {
    let Item::Static(item) = item else {
        errors.add(item.span(), GOES_ON);
        return None;
    };
    let ident = &item.ident;
    let mut args = GRAMMAR.parse(args, ident.span(), errors);

    if let StaticMutability::Mut(keyword) = &item.mutability {
        errors.add(
            keyword.span(),
            "a parameter is not `mut`: the kernel writes to it at any time, and `Param` takes care \
             of that",
        );
    }
    let name = args
        .optional("name")
        .and_then(|value| value::text(value, errors))
        .unwrap_or_else(|| {
            let name = ident.unraw().to_string().to_lowercase();
            LitStr::new(&name, ident.span())
        });
    let is_named = name::param(&name, errors);
    let description = args
        .optional("description")
        .and_then(|value| value::text(value, errors));
    let mode = match args.optional("mode") {
        Some(value) => parse_mode(value, errors)?,
        None => Number {
            value: DEFAULT_MODE,
            span: ident.span(),
        },
    };

    is_named.then(|| Param {
        ident: ident.clone(),
        name,
        description,
        mode,
        type_: (*item.ty).clone(),
        cfgs: cfgs(&item.attrs),
    })
}

/// Parses permissions, and applies the rules of C's `VERIFY_OCTAL_PERMISSIONS()`.
///
/// C header: `include/linux/sysfs.h`.
fn parse_mode(value: Expr, errors: &mut Errors) -> Option<Number> {
    if let Expr::Lit(ExprLit {
        lit: Lit::Int(literal),
        ..
    }) = &value
    {
        let digits = literal.to_string();
        if digits != "0" && !digits.starts_with("0o") {
            errors.add(
                literal.span(),
                "a mode is written in octal digits, behind `0o`: `0o644`",
            );
            return None;
        }
    }
    let mode = value::number::<u16>(value, "0 for no file in sysfs, or up to 0o777", errors)?;

    let [user, group, other] = [6, 3, 0].map(|shift| (mode.value >> shift) & 7);
    let message = if mode.value > 0o777 {
        "a mode has three octal digits: the greatest is 0o777"
    } else if other & 2 != 0 {
        "a parameter cannot be writable by everybody; take 2 from the last digit"
    } else if (user & 4) < (group & 4) || (group & 4) < (other & 4) {
        "whoever is less than its owner cannot be the only one to read a parameter: user before \
         group, group before others, as in 0o640"
    } else if (user & 2) < (group & 2) {
        "the group cannot write to a parameter that its owner cannot: as in 0o664"
    } else {
        return Some(mode);
    };
    errors.add(mode.span, message);
    None
}

impl Param {
    /// Returns the items that make the static a parameter, for the place where the static is.
    pub(crate) fn to_tables(&self) -> TokenStream {
        let Self {
            ident,
            name,
            description,
            mode,
            type_,
            cfgs,
        } = self;

        let description = description.as_ref().map(|text| text.value());
        entries(&Entries {
            static_: ident.to_token_stream(),
            type_: type_.to_token_stream(),
            span: type_.span(),
            name: &name.value(),
            mode: mode.to_token_stream(),
            description: description.as_deref(),
            cfgs,
        })
    }
}

/// What the kernel and `modinfo` are told about a parameter.
pub(crate) struct Entries<'a> {
    /// A path to the static.
    pub(crate) static_: TokenStream,
    pub(crate) type_: TokenStream,
    /// Where to report that the type is not that of a parameter.
    pub(crate) span: Span,
    pub(crate) name: &'a str,
    pub(crate) mode: TokenStream,
    pub(crate) description: Option<&'a str>,
    pub(crate) cfgs: &'a [Attribute],
}

/// Returns the entries of a parameter in the sections of the module.
pub(crate) fn entries(entries: &Entries<'_>) -> TokenStream {
    let Entries {
        static_,
        type_,
        span,
        name,
        mode,
        description,
        cfgs,
    } = entries;

    // Two parameters of one name would make one directory entry in sysfs; the linker refuses two
    // symbols of one name.
    let symbol = format!("__param_{name}");
    let section = section::PARAM;
    let modinfo_section = section::MODINFO;
    let c_name = c_string(name);
    let prefix = format!("{PARMTYPE}={name}:");
    let fixed = prefix.len() + 1;
    let at_type = Span::mixed_site().located_at(*span);
    let info = quote_spanned!(at_type=> <#type_ as ::livepatch::__private::ParamInfo>::TYPE);
    let arg = quote_spanned!(at_type=> #static_.arg());
    let parm = description.map(|text| {
        modinfo::entry(
            &Ident::new("__PARM", Span::mixed_site()),
            PARM,
            &format!("{name}:{text}"),
        )
    });

    quote! {
        #(#cfgs)*
        const _: () = {
            static __ARG: ::livepatch::__private::ParamArg = #arg;

            #[unsafe(export_name = #symbol)]
            #[unsafe(link_section = #section)]
            #[used(compiler)]
            static __PARAM: ::livepatch::__private::KernelParam =
                ::livepatch::__private::KernelParam::new(#c_name, &__ARG, #mode);

            #[unsafe(link_section = #modinfo_section)]
            #[used(compiler)]
            static __PARMTYPE: [u8; #info.len() + #fixed] =
                ::livepatch::__private::modinfo_concat(#prefix, #info);

            #parm
        };
    }
}

/// Makes a C string literal of a name that was checked to hold no NUL.
pub(crate) fn c_string(name: &str) -> Literal {
    let bytes: Vec<u8> = name.bytes().filter(|byte| *byte != 0).collect();

    Literal::c_string(&CString::new(bytes).unwrap_or_default())
}
