// SPDX-License-Identifier: GPL-2.0

//! Sections.

use std::borrow::Cow;

use object::elf::{SHF_ALLOC, SHT_NOBITS, SHT_REL, SHT_RELA};

use crate::Contents;

/// A section.
///
/// Its place in the file is not part of it: [`crate::File::write`] lays sections out in the order of their indices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section<'a> {
    /// The name.
    pub name: Cow<'a, str>,
    /// `SHT_PROGBITS` and the like.
    pub sh_type: u32,
    /// `SHF_ALLOC` and the like.
    pub sh_flags: u64,
    /// The address; 0 in a relocatable file.
    pub sh_addr: u64,
    /// The alignment.
    pub sh_addralign: u64,
    /// The size of an entry, in a section that is a table.
    pub sh_entsize: u64,
    /// The section that this one refers to: its table of symbols, or of strings.
    pub sh_link: u32,
    /// What depends on the type: the section that relocations apply to, or the number of local symbols.
    pub sh_info: u32,
    /// What it holds.
    pub contents: Contents<'a>,
}

impl Section<'_> {
    /// Returns the bytes that the section has in the file.
    pub fn bytes(&self) -> &[u8] {
        self.contents.bytes()
    }

    /// Returns the size in memory.
    pub fn size(&self) -> u64 {
        self.contents.size()
    }

    /// Returns whether the section is in memory when the file is loaded.
    pub fn is_alloc(&self) -> bool {
        self.sh_flags & u64::from(SHF_ALLOC) != 0
    }

    /// Returns whether the section has no bytes in the file.
    pub fn is_nobits(&self) -> bool {
        self.sh_type == SHT_NOBITS
    }

    /// Returns whether the section holds relocations, with or without addends.
    pub fn is_relocations(&self) -> bool {
        matches!(self.sh_type, SHT_RELA | SHT_REL)
    }
}
