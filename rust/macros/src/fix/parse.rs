// SPDX-License-Identifier: GPL-2.0

//! From the attribute and the module to the model.

use super::{
    metadata,
    model::{
        Callback,
        CallbackKind,
        Fix,
        Replacement, //
    },
    role::{
        self,
        Assignment,
        Role, //
    },
    signature,
};
use crate::{
    args::{
        Grammar,
        Separator, //
    },
    diagnostics::Errors,
    fix_item::{
        self,
        is_block_of_c,
        takes_types_of_c, //
    },
    name, param, state, unexported,
    value::{
        self,
        Number, //
    },
};
use livepatch_abi::object::VMLINUX;
use proc_macro2::{
    Ident,
    TokenStream, //
};
use syn::{
    ext::IdentExt,
    spanned::Spanned,
    ForeignItem,
    Item,
    ItemFn,
    ItemForeignMod,
    ItemMod,
    LitStr, //
};

const REPLACE: Grammar = Grammar {
    what: "#[replace]",
    separator: Separator::Equals,
    keys: &["name", "object", "sympos"],
};

/// Parses a fix.
///
/// Returns the model and the module without our attributes, or [`None`] if there is no module to
/// speak of.
pub(super) fn parse(
    args: TokenStream,
    item: TokenStream,
    errors: &mut Errors,
) -> Option<(Fix, ItemMod)> {
    let mut module = match syn::parse2::<Item>(item) {
        Ok(Item::Mod(module)) => module,
        Ok(other) => {
            errors.add(
                other.span(),
                "#[livepatch::fix] goes on a module: `mod name { .. }`",
            );
            return None;
        }
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let Some((_, items)) = &mut module.content else {
        let ident = &module.ident;
        errors.add(
            ident.span(),
            format!(
                "#[livepatch::fix] cannot see into another file; write `mod {ident};` without the \
                 attribute, and in that file `#[livepatch::fix] mod fix {{ .. }}`, which `livepatch!` \
                 then calls `{ident}::fix`"
            ),
        );
        return None;
    };

    let (metadata, object) = metadata::parse(args, &module.ident, errors);
    let mut parser = Parser {
        object,
        fix: Fix {
            ident: module.ident.clone(),
            is_broken: false,
            metadata,
            objects: Vec::new(),
            replacements: Vec::new(),
            callbacks: Vec::new(),
            states: Vec::new(),
            params: Vec::new(),
            unexported: Vec::new(),
            init: None,
            exit: None,
        },
        errors,
    };
    for item in items {
        parser.item(item);
    }
    Some((parser.fix, module))
}

/// A fix that is being parsed.
struct Parser<'a> {
    /// The object of the items that name none.
    object: LitStr,
    fix: Fix,
    errors: &'a mut Errors,
}

impl Parser<'_> {
    fn item(&mut self, item: &mut Item) {
        let Some(attributes) = fix_item::attributes(item) else {
            return;
        };
        let Some(assignment) = role::take(attributes, self.errors) else {
            if let Item::ForeignMod(block) = item {
                self.declarations(block);
            }
            return;
        };
        let Assignment { role, args, span } = assignment;

        match (role, &mut *item) {
            (Role::Replace, Item::Fn(function)) => {
                signature::replacement(&function.sig, self.errors);
                self.replacement(args, &function.sig.ident);
            }
            (Role::Callback(kind), Item::Fn(function)) => self.callback(kind, args, function),
            (Role::Init, Item::Fn(function)) => {
                self.takes_nothing("#[init]", args);
                signature::init(&function.sig, self.errors);
                set_once(&mut self.fix.init, "init", function, self.errors);
            }
            (Role::Exit, Item::Fn(function)) => {
                self.takes_nothing("#[exit]", args);
                signature::exit(&function.sig, self.errors);
                set_once(&mut self.fix.exit, "exit", function, self.errors);
            }
            (Role::State, _) => {
                let state = state::parse(args, item, self.errors);
                self.fix.states.extend(state);
            }
            (Role::Param, _) => {
                let param = param::parse(args, item, self.errors);
                self.fix.params.extend(param);
            }
            (Role::Unexported, Item::ForeignMod(block)) => self.unexported(args, block),
            (Role::Unexported, _) => unexported::misplaced(span, self.errors),
            (Role::Replace | Role::Callback(_) | Role::Init | Role::Exit, _) => self
                .errors
                .add(span, format!("`#[{}]` goes on a function", role.name())),
        }
    }

    /// Looks for replacements among the functions that a block declares: they are written in C.
    fn declarations(&mut self, block: &mut ItemForeignMod) {
        let mut has_replacements = false;

        for item in &mut block.items {
            let attributes = match item {
                ForeignItem::Fn(function) => &mut function.attrs,
                ForeignItem::Static(variable) => &mut variable.attrs,
                ForeignItem::Type(type_) => &mut type_.attrs,
                ForeignItem::Verbatim(tokens) => {
                    signature::not_declared(tokens, self.errors);
                    continue;
                }
                _ => continue,
            };
            let Some(Assignment { role, args, span }) = role::take(attributes, self.errors) else {
                continue;
            };
            match (role, item) {
                (Role::Replace, ForeignItem::Fn(function)) => {
                    has_replacements = true;
                    signature::declared_replacement(&function.sig, self.errors);
                    self.replacement(args, &function.sig.ident);
                }
                (Role::Replace, _) => self.errors.add(span, "`#[replace]` goes on a function"),
                (role, _) => self.errors.add(
                    span,
                    format!(
                        "`#[{}]` is for items of Rust; what is declared here can only be a \
                         `#[replace]`",
                        role.name()
                    ),
                ),
            }
        }
        if has_replacements {
            is_block_of_c(block, "a block with replacements", self.errors);
            role::refuse_cfg(Role::Replace, &block.attrs, self.errors);
            takes_types_of_c(block);
        }
    }

    fn replacement(&mut self, args: TokenStream, ident: &Ident) {
        let errors = &mut *self.errors;
        let mut args = REPLACE.parse(args, ident.span(), errors);

        let name = args
            .optional("name")
            .and_then(|value| value::text(value, errors))
            .unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
        name::function(&name, errors);
        let object = args
            .optional("object")
            .and_then(|value| value::text(value, errors))
            .filter(|object| name::object(object, errors))
            .unwrap_or_else(|| self.object.clone());
        let sympos = args
            .optional("sympos")
            .and_then(|value| {
                let range =
                    "from 1 in the order of kallsyms, or 0 if there is one such symbol only";
                value::number::<u32>(value, range, errors)
            })
            .unwrap_or(Number {
                value: 0,
                span: ident.span(),
            });

        self.object(&object);
        self.fix.replacements.push(Replacement {
            function: ident.clone(),
            name,
            object,
            sympos,
        });
    }

    fn callback(&mut self, kind: CallbackKind, args: TokenStream, function: &ItemFn) {
        let errors = &mut *self.errors;
        let ident = &function.sig.ident;
        let grammar = Grammar {
            what: match kind {
                CallbackKind::PrePatch => "#[pre_patch]",
                CallbackKind::PostPatch => "#[post_patch]",
                CallbackKind::PreUnpatch => "#[pre_unpatch]",
                CallbackKind::PostUnpatch => "#[post_unpatch]",
            },
            separator: Separator::Equals,
            keys: &["object"],
        };
        let mut args = grammar.parse(args, ident.span(), errors);

        signature::callback(kind, &function.sig, errors);
        let object = args
            .optional("object")
            .and_then(|value| value::text(value, errors))
            .filter(|object| name::object(object, errors))
            .unwrap_or_else(|| self.object.clone());

        self.object(&object);
        self.fix.callbacks.push(Callback {
            kind,
            function: ident.clone(),
            object,
        });
    }

    fn unexported(&mut self, args: TokenStream, block: &mut ItemForeignMod) {
        let symbols = unexported::parse(args, block, Some(&self.object), self.errors);

        for symbol in &symbols {
            // Symbols of a module are resolved when that module is patched, so it has to be one of
            // the objects; those of vmlinux are when the livepatch is loaded.
            if symbol.object().value() != VMLINUX {
                self.object(symbol.object());
            }
        }
        self.fix.unexported.extend(symbols);
    }

    /// Notes that an item names an object.
    fn object(&mut self, object: &LitStr) {
        let objects = &mut self.fix.objects;

        if objects.iter().all(|known| known.value() != object.value()) {
            objects.push(object.clone());
        }
    }

    fn takes_nothing(&mut self, what: &str, args: TokenStream) {
        if !args.is_empty() {
            self.errors
                .add(args.span(), format!("{what} takes no arguments"));
        }
    }
}

fn set_once(slot: &mut Option<Ident>, role: &str, function: &ItemFn, errors: &mut Errors) {
    let ident = &function.sig.ident;

    if let Some(first) = slot {
        errors.add(
            ident.span(),
            format!(
                "a fix has one `#[{role}]` function, and that is `{first}`; call this one there"
            ),
        );
    } else {
        *slot = Some(ident.clone());
    }
}
