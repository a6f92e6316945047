// SPDX-License-Identifier: GPL-2.0

//! The attributes that give an item of a fix its role.

use super::model::CallbackKind;
use crate::{
    diagnostics::{
        enumerate,
        Errors, //
    },
    fix_item::is_cfg,
};
use proc_macro2::{
    Span,
    TokenStream, //
};
use syn::{
    spanned::Spanned,
    Attribute,
    Meta, //
};

/// What an item of a fix is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Replace,
    Callback(CallbackKind),
    State,
    Param,
    Unexported,
    Init,
    Exit,
}

/// A role, and the arguments of the attribute that gave it.
pub(super) struct Assignment {
    pub(super) role: Role,
    pub(super) args: TokenStream,
    pub(super) span: Span,
}

impl Role {
    /// Returns the name of the attribute.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Callback(kind) => kind.name(),
            Self::State => "state",
            Self::Param => "param",
            Self::Unexported => "unexported",
            Self::Init => "init",
            Self::Exit => "exit",
        }
    }

    /// Returns the role that the attribute gives.
    ///
    /// `#[replace]`, `#[livepatch::replace]` and `#[::livepatch::replace]` are all the same.
    fn of(attribute: &Attribute) -> Option<Self> {
        let mut segments = attribute.path().segments.iter().rev();
        let name = &segments.next()?.ident;
        if segments
            .next()
            .is_some_and(|krate| krate.ident != "livepatch")
        {
            return None;
        }

        let callbacks = CallbackKind::ALL.map(Self::Callback);
        [
            Self::Replace,
            Self::State,
            Self::Param,
            Self::Unexported,
            Self::Init,
            Self::Exit,
        ]
        .into_iter()
        .chain(callbacks)
        .find(|role| name == role.name())
    }

    /// Returns whether `#[cfg]` may stand on the item.
    ///
    /// A parameter and a block of symbols do without: nothing but the items themselves is generated
    /// from them.
    fn allows_cfg(self) -> bool {
        matches!(self, Self::Param | Self::Unexported)
    }
}

/// Takes the role that the attributes of an item give it.
pub(super) fn take(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> Option<Assignment> {
    let mut taken: Option<Assignment> = None;

    attributes.retain(|attribute| {
        let Some(role) = Role::of(attribute) else {
            return true;
        };
        if let Some(first) = &taken {
            let names = enumerate([first.role.name(), role.name()]);
            let message = if first.role == role {
                format!("`#[{}]` is given twice; keep one of the two", role.name())
            } else {
                format!("an item has one role, this one has {names}; keep one of the two")
            };
            errors.add(attribute.span(), message);
        } else {
            taken = Some(Assignment {
                role,
                args: arguments(attribute, errors),
                span: attribute.span(),
            });
        }
        false
    });

    if let Some(Assignment { role, .. }) = &taken {
        if !role.allows_cfg() {
            refuse_cfg(*role, attributes, errors);
        }
    }
    taken
}

/// Reports the conditions on an item of that role, or around it.
pub(super) fn refuse_cfg(role: Role, attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| is_cfg(attribute)) {
        errors.add(
            attribute.span(),
            format!(
                "`#[cfg]` cannot stand on an item with `#[{}]`; put it into the body, or make this a \
                 fix of its own and put it on that fix in `livepatch!`: `fixes: [#[cfg(..)] name]`",
                role.name()
            ),
        );
    }
}

fn arguments(attribute: &Attribute, errors: &mut Errors) -> TokenStream {
    match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => {
            errors.add(
                pair.eq_token.span(),
                "expected arguments in parentheses: `(key = value)`",
            );
            TokenStream::new()
        }
    }
}
