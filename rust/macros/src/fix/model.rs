// SPDX-License-Identifier: GPL-2.0

//! What a fix consists of.

use crate::{
    param::Param,
    state::State,
    unexported::Unexported,
    value::Number, //
};
use proc_macro2::Ident;
use syn::LitStr;

/// A fix.
pub(crate) struct Fix {
    /// The name of the Rust module.
    pub(crate) ident: Ident,
    /// Whether mistakes in it were reported; nothing may be generated from it then.
    pub(crate) is_broken: bool,
    pub(crate) metadata: Metadata,
    /// The objects that it changes, and the modules whose symbols it uses, in the order in which its items name them.
    pub(crate) objects: Vec<LitStr>,
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) callbacks: Vec<Callback>,
    pub(crate) states: Vec<State>,
    pub(crate) params: Vec<Param>,
    pub(crate) unexported: Vec<Unexported>,
    /// The function that prepares the fix before the livepatch is enabled.
    pub(crate) init: Option<Ident>,
    /// The function that takes back what `init` did.
    pub(crate) exit: Option<Ident>,
}

/// What people and tools want to know about a fix.
pub(crate) struct Metadata {
    pub(crate) id: LitStr,
    pub(crate) title: LitStr,
    pub(crate) cves: Vec<LitStr>,
    pub(crate) references: Vec<LitStr>,
    pub(crate) severity: Option<LitStr>,
}

/// A function that replaces a function.
pub(crate) struct Replacement {
    pub(crate) function: Ident,
    /// The name of the old function.
    pub(crate) name: LitStr,
    /// Where the old function is: `vmlinux`, or a module.
    pub(crate) object: LitStr,
    /// Which of several functions of the name, from 1; 0 if there is one only.
    pub(crate) sympos: Number,
}

/// A function that is told about the patching of an object.
pub(crate) struct Callback {
    pub(crate) kind: CallbackKind,
    pub(crate) function: Ident,
    pub(crate) object: LitStr,
}

/// When a callback runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallbackKind {
    PrePatch,
    PostPatch,
    PreUnpatch,
    PostUnpatch,
}

impl CallbackKind {
    /// All kinds, in the order of `struct klp_callbacks`.
    pub(crate) const ALL: [Self; 4] = [
        Self::PrePatch,
        Self::PostPatch,
        Self::PreUnpatch,
        Self::PostUnpatch,
    ];

    /// Returns the name of the attribute, which is that of the field in `struct klp_callbacks`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PrePatch => "pre_patch",
            Self::PostPatch => "post_patch",
            Self::PreUnpatch => "pre_unpatch",
            Self::PostUnpatch => "post_unpatch",
        }
    }

    /// Returns whether the callback can refuse.
    pub(crate) fn can_fail(self) -> bool {
        self == Self::PrePatch
    }
}

impl Replacement {
    /// Returns whether both replace the same function.
    ///
    /// 0 stands for the only function of the name, so it collides with every position.
    pub(crate) fn collides_with(&self, other: &Self) -> bool {
        self.object.value() == other.object.value()
            && self.name.value() == other.name.value()
            && (self.sympos.value == other.sympos.value
                || self.sympos.value == 0
                || other.sympos.value == 0)
    }
}
