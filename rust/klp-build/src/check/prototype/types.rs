// SPDX-License-Identifier: GPL-2.0

//! Types as both DWARF and BTF describe them, as far as a call depends on them.

use std::rc::Rc;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing, or behind a pointer anything.
    Void,
    /// An integer, a truth value or a character.
    Int(Int),
    /// A floating point number.
    Float {
        /// Its name.
        name: String,
        /// How many bytes it takes.
        size: u64,
    },
    /// An enumeration. Whether it has a sign is told neither by old BTF nor by a Rust author's integer.
    Enum {
        /// Its tag.
        name: Option<String>,
        /// How many bytes it takes.
        size: u64,
    },
    /// A pointer or a reference.
    Pointer(Rc<Type>),
    /// An array.
    Array {
        /// What it is an array of.
        element: Rc<Type>,
        /// How many there are, if the type says so.
        count: Option<u64>,
    },
    /// A struct or union.
    Record(Record),
    /// A function.
    Function(Rc<Prototype>),
    /// Another name for a type.
    Alias {
        /// The name.
        name: String,
        /// The type.
        target: Rc<Type>,
    },
    /// A type with a qualifier.
    Qualified {
        /// The qualifier.
        qualifier: &'static str,
        /// The type.
        target: Rc<Type>,
    },
    /// A type that cannot be told, and why.
    Unknown(String),
}

/// An integer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Int {
    /// Its name.
    pub(super) name: String,
    /// How many bytes it takes.
    pub(super) size: u64,
    /// Whether it has a sign.
    pub(super) is_signed: bool,
    /// Whether it is a truth value.
    pub(super) is_bool: bool,
}

/// The word that C has for a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Struct,
    Union,
}

/// A struct or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Which of the two.
    pub(super) keyword: Keyword,
    /// Its tag, without the path that Rust has.
    pub(super) name: Option<String>,
    /// How many bytes it takes, if it is defined.
    pub(super) size: Option<u64>,
    /// Of Rust, the type of the one member that it consists of: `NonNull`, `Option` of a pointer, `Opaque` and the like.
    pub(super) wraps: Option<Rc<Type>>,
}

/// The type of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prototype {
    /// What it returns.
    pub(super) return_type: Type,
    /// What it takes.
    pub(super) params: Vec<Param>,
    /// Whether it takes more than that.
    pub(super) is_variadic: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Param {
    /// Its name, which is empty if it has none.
    pub(super) name: String,
    /// Its type.
    pub(super) param_type: Type,
}

impl Type {
    /// Returns the type behind other names and qualifiers.
    pub(super) fn peel(&self) -> &Self {
        let mut at = self;

        while let Self::Alias { target, .. } | Self::Qualified { target, .. } = at {
            at = target;
        }
        at
    }

    /// Returns all names of a struct or union: those that it has as other names, and its tag.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let mut next = Some(self);

        std::iter::from_fn(move || loop {
            match next? {
                Self::Alias { name, target } => {
                    next = Some(target);
                    return Some(name.as_str());
                }
                Self::Qualified { target, .. } => next = Some(target),
                Self::Record(record) => {
                    next = None;
                    return record.name.as_deref();
                }
                _ => return None,
            }
        })
    }
}
