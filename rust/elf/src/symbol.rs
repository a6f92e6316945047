// SPDX-License-Identifier: GPL-2.0

//! Symbols.

use std::borrow::Cow;

use object::elf::{STB_LOCAL, STT_FUNC, STT_OBJECT, STT_SECTION};

/// Where a symbol is: `st_shndx`, without the trouble of large tables of sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In another file (`SHN_UNDEF`).
    #[default]
    Undefined,
    /// Nowhere: the value is the address (`SHN_ABS`).
    Absolute,
    /// Where the linker finds room (`SHN_COMMON`).
    Common,
    /// In the section of this index.
    Section(usize),
    /// What an index that is reserved means: the livepatch core resolves a symbol of `SHN_LIVEPATCH`, for one.
    Reserved(u16),
}

impl Place {
    /// Returns the index of the section, if it is one.
    pub fn section(self) -> Option<usize> {
        match self {
            Self::Section(index) => Some(index),
            _ => None,
        }
    }
}

/// A symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// The name; that of a section's symbol is empty.
    pub name: Cow<'a, str>,
    /// Binding and type.
    pub st_info: u8,
    /// Visibility, and what the architecture keeps there.
    pub st_other: u8,
    /// Where it is.
    pub place: Place,
    /// The value: in a relocatable file the offset in its section.
    pub st_value: u64,
    /// The size.
    pub st_size: u64,
}

impl Symbol<'_> {
    /// Returns the binding: `STB_LOCAL` and the like.
    pub fn binding(&self) -> u8 {
        self.st_info >> 4
    }

    /// Returns the type: `STT_FUNC` and the like.
    pub fn st_type(&self) -> u8 {
        self.st_info & 0xf
    }

    /// Returns whether only this file knows the symbol.
    pub fn is_local(&self) -> bool {
        self.binding() == STB_LOCAL
    }

    /// Returns whether it is a function.
    pub fn is_function(&self) -> bool {
        self.st_type() == STT_FUNC
    }

    /// Returns whether it is data.
    pub fn is_object(&self) -> bool {
        self.st_type() == STT_OBJECT
    }

    /// Returns whether it stands for a section.
    pub fn is_section(&self) -> bool {
        self.st_type() == STT_SECTION
    }

    /// Returns whether it is to be found in another file.
    pub fn is_undefined(&self) -> bool {
        self.place == Place::Undefined
    }
}
