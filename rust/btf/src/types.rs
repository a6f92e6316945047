// SPDX-License-Identifier: GPL-2.0

//! Types, decoded.

use std::fmt;

use crate::Kind;

/// The number of a type: 0 is `void`, and those of a module go on where those of its kernel end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

impl TypeId {
    /// The type of what has no value.
    pub const VOID: Self = Self(0);
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A type, or something else that BTF gives a number as if it were one.
///
/// A name is empty where C has none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are C's")]
pub enum Type<'a> {
    Void,
    Int(Int<'a>),
    Ptr {
        target: TypeId,
    },
    Array(Array),
    Struct(Composite<'a>),
    Union(Composite<'a>),
    /// Of any size: `BTF_KIND_ENUM` and `BTF_KIND_ENUM64`.
    Enum(Enum<'a>),
    /// A struct or union that is declared and not defined.
    Fwd {
        name: &'a str,
        is_union: bool,
    },
    Typedef {
        name: &'a str,
        target: TypeId,
    },
    Volatile {
        target: TypeId,
    },
    Const {
        target: TypeId,
    },
    Restrict {
        target: TypeId,
    },
    Func(Func<'a>),
    FuncProto(FuncProto<'a>),
    Var {
        name: &'a str,
        target: TypeId,
        linkage: Linkage,
    },
    Datasec {
        name: &'a str,
        size: u32,
        vars: Vec<SectionVar>,
    },
    Float {
        name: &'a str,
        size: u32,
    },
    DeclTag {
        name: &'a str,
        target: TypeId,
        /// Which member or parameter; [`None`] for the whole.
        component: Option<u32>,
    },
    TypeTag {
        name: &'a str,
        target: TypeId,
    },
    /// A kind that came after this crate.
    Unknown {
        kind: u8,
    },
}

impl<'a> Type<'a> {
    /// Returns the name, which is empty where C has none.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Int(Int { name, .. })
            | Self::Struct(Composite { name, .. })
            | Self::Union(Composite { name, .. })
            | Self::Enum(Enum { name, .. })
            | Self::Fwd { name, .. }
            | Self::Typedef { name, .. }
            | Self::Func(Func { name, .. })
            | Self::Var { name, .. }
            | Self::Datasec { name, .. }
            | Self::Float { name, .. }
            | Self::DeclTag { name, .. }
            | Self::TypeTag { name, .. } => name,
            Self::Void
            | Self::Ptr { .. }
            | Self::Array(_)
            | Self::Volatile { .. }
            | Self::Const { .. }
            | Self::Restrict { .. }
            | Self::FuncProto(_)
            | Self::Unknown { .. } => "",
        }
    }

    /// Returns the type that this one is another name for, or the same with a qualifier or a tag.
    pub fn alias_of(&self) -> Option<TypeId> {
        match *self {
            Self::Typedef { target, .. } => Some(target),
            _ => self.qualifies(),
        }
    }

    /// Returns the type that this one is the same as, but for a qualifier or a tag.
    pub fn qualifies(&self) -> Option<TypeId> {
        match *self {
            Self::Volatile { target }
            | Self::Const { target }
            | Self::Restrict { target }
            | Self::TypeTag { target, .. } => Some(target),
            _ => None,
        }
    }
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int<'a> {
    /// Its name.
    pub name: &'a str,
    /// How many bytes it takes.
    pub size: u32,
    /// Whether it has a sign.
    pub is_signed: bool,
    /// Whether the compiler says that it is a character. That of C is none for gcc.
    pub is_char: bool,
    /// Whether it is a truth value.
    pub is_bool: bool,
    /// The first of its bits, where old tools make a bit field of it.
    pub bit_offset: u8,
    /// How many of its bits count: fewer than all, where old tools make a bit field of it.
    pub bits: u8,
}

/// An array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    /// What it is an array of.
    pub element: TypeId,
    /// The type of the index.
    pub index: TypeId,
    /// How many elements it has; 0 is also an array whose length the type does not tell.
    pub count: u32,
}

/// A struct or a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composite<'a> {
    /// Its tag.
    pub name: &'a str,
    /// How many bytes it takes.
    pub size: u32,
    /// Its members, in the order of C.
    pub members: Vec<Member<'a>>,
}

/// A member of a struct or a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name; empty if it is an anonymous struct or union, or a bit field of padding.
    pub name: &'a str,
    /// Its type; of a bit field, the type that it was declared with.
    pub type_id: TypeId,
    /// Where it begins, in bits. In a big-endian file a byte's first bit is its most significant one.
    pub bit_offset: u32,
    /// How many bits it has, if it is a bit field. Old tools say it in the type: see [`Btf::bit_field()`](crate::Btf::bit_field).
    pub bits: Option<u8>,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum<'a> {
    /// Its tag.
    pub name: &'a str,
    /// How many bytes it takes.
    pub size: u32,
    /// Whether its values have a sign. Old tools do not say so.
    pub is_signed: bool,
    /// Its values, in the order of C.
    pub values: Vec<Enumerator<'a>>,
}

/// A value of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enumerator<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: i128,
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Func<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, a [`Type::FuncProto`].
    pub prototype: TypeId,
    /// Who sees it. The tools of the kernel say static for all of them.
    pub linkage: Linkage,
}

/// The type of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuncProto<'a> {
    /// The type of what it returns.
    pub return_type: TypeId,
    /// Its parameters, without the end of a variadic one.
    pub params: Vec<Param<'a>>,
    /// Whether it takes more arguments than it has parameters.
    pub is_variadic: bool,
}

/// A parameter of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'a> {
    /// Its name; a function's type has none.
    pub name: &'a str,
    /// Its type.
    pub type_id: TypeId,
}

/// A variable in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionVar {
    /// The variable, a [`Type::Var`].
    pub var: TypeId,
    /// Where it is in the section.
    pub offset: u32,
    /// How many bytes it takes.
    pub size: u32,
}

/// Who sees a function or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// The file that it is in.
    Static,
    /// All.
    Global,
    /// All, and it is somewhere else.
    Extern,
    /// A number that C has no word for.
    Other(u32),
}

impl From<u32> for Linkage {
    fn from(number: u32) -> Self {
        match number {
            0 => Self::Static,
            1 => Self::Global,
            2 => Self::Extern,
            other => Self::Other(other),
        }
    }
}

/// The words that each type begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) name: u32,
    pub(crate) kind: u8,
    pub(crate) flag: bool,
    pub(crate) count: usize,
    /// The size, or another type.
    pub(crate) word: u32,
}

impl Record {
    pub(crate) const SIZE: usize = 12;

    pub(crate) fn new([name, info, word]: [u32; 3]) -> Self {
        Self {
            name,
            kind: ((info >> 24) & 0x7f) as u8,
            flag: info >> 31 != 0,
            count: (info & 0x00ff_ffff) as usize,
            word,
        }
    }

    pub(crate) fn kind(self) -> Option<Kind> {
        Kind::from_number(self.kind)
    }
}
