// SPDX-License-Identifier: GPL-2.0

//! What can be wrong with BTF.

use crate::{Kind, TypeId};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is something else.
    #[error("this is no BTF: its first two bytes are not those of the magic number")]
    Magic,
    /// It is of a version that this crate does not know.
    #[error("the BTF has version {0}, and only version 1 is known")]
    Version(u8),
    /// The file ends within its header.
    #[error("the BTF ends within its header")]
    Header,
    /// A part of the file that the header speaks of is not there.
    #[error("the header of the BTF places its {0} outside of the file")]
    Part(&'static str),
    /// The strings do not begin and end as they have to.
    #[error("the strings of the BTF do not begin and end with a NUL byte")]
    Strings,
    /// There are more types than numbers for them.
    #[error("the BTF has too many types")]
    TooManyTypes,
    /// A type goes on after the end of all types.
    #[error("type {0} of the BTF goes on after the end of all types")]
    Truncated(TypeId),
    /// A type is of a kind that this crate does not know, and whose size the file does not tell.
    #[error("type {id} of the BTF is of kind {kind}, which is not known")]
    UnknownKind {
        /// The type.
        id: TypeId,
        /// The number of its kind.
        kind: u8,
    },
    /// Module and kernel do not have the same byte order.
    #[error("the BTF of the module and that of the kernel have different byte orders")]
    ByteOrder,
    /// A type that a module needs of its kernel is not there, or not the same.
    #[error("the BTF of the module needs {} {name} of the kernel, which has none that fits", .kind.name())]
    Distilled {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// There is no type of this number.
    #[error("the BTF has no type {0}")]
    NoType(TypeId),
    /// A name is not one.
    #[error("the BTF has no proper name at {0:#x} of its strings")]
    Name(u32),
    /// Types refer to each other in a circle, or in a chain that no C compiler makes.
    #[error("type {0} of the BTF refers to others without an end")]
    Endless(TypeId),
    /// A type is of another kind than its user takes it for.
    #[error("type {id} of the BTF is no {expected}")]
    WrongKind {
        /// The type.
        id: TypeId,
        /// What it was expected to be.
        expected: &'static str,
    },
    /// A type has no size: void, a function, a type that is only declared.
    #[error("type {0} of the BTF has no size")]
    Unsized(TypeId),
    /// A type is larger than what can be addressed.
    #[error("type {0} of the BTF is too large")]
    TooLarge(TypeId),
}
