// SPDX-License-Identifier: GPL-2.0

//! A file, and what can be asked of it.

use object::elf::{ET_REL, SHT_STRTAB, SHT_SYMTAB};
use object::Endianness;

use crate::{modinfo, Error, Place, Relocation, Relocations, Section, Symbol};

/// What the header says, apart from where things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The order of bytes.
    pub endian: Endianness,
    /// `e_ident[EI_OSABI]`.
    pub os_abi: u8,
    /// `e_ident[EI_ABIVERSION]`.
    pub abi_version: u8,
    /// `ET_REL` and the like.
    pub e_type: u16,
    /// `EM_X86_64` and the like.
    pub e_machine: u16,
    /// What the architecture keeps there: the ABI of ppc64, for one.
    pub e_flags: u32,
}

/// A 64-bit ELF file.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What the header says.
    pub header: Header,
    /// The sections, with the empty one of index 0. What the tables of symbols and names hold is made anew when the file is written.
    pub sections: Vec<Section<'a>>,
    /// The symbols, with the empty one of index 0; none if there is no table.
    pub symbols: Vec<Symbol<'a>>,
    /// The index of the section that holds the table of symbols.
    pub(crate) symtab: Option<usize>,
    /// The index of the section that holds the names of sections.
    pub(crate) shstrtab: usize,
    /// The appended signature, with all that belongs to it; empty if there is none.
    pub(crate) signature: &'a [u8],
}

impl<'a> File<'a> {
    /// Makes a relocatable file that has nothing but empty tables of symbols and of names.
    pub fn new(endian: Endianness, e_machine: u16) -> Self {
        let table = |name: &'static str, sh_type, sh_link| Section {
            name: name.into(),
            sh_type,
            sh_addralign: if sh_type == SHT_SYMTAB { 8 } else { 1 },
            sh_entsize: if sh_type == SHT_SYMTAB { 24 } else { 0 },
            sh_link,
            ..Section::default()
        };
        Self {
            header: Header {
                endian,
                os_abi: 0,
                abi_version: 0,
                e_type: ET_REL,
                e_machine,
                e_flags: 0,
            },
            sections: vec![
                Section::default(),
                table(".symtab", SHT_SYMTAB, 2),
                table(".strtab", SHT_STRTAB, 0),
                table(".shstrtab", SHT_STRTAB, 0),
            ],
            symbols: vec![Symbol::default()],
            symtab: Some(1),
            shstrtab: 3,
            signature: &[],
        }
    }

    /// Returns the order of bytes.
    pub fn endian(&self) -> Endianness {
        self.header.endian
    }

    /// Returns whether it is a relocatable file, as modules are.
    pub fn is_relocatable(&self) -> bool {
        self.header.e_type == ET_REL
    }

    /// Returns whether a signature is appended to the file.
    pub fn is_signed(&self) -> bool {
        !self.signature.is_empty()
    }

    /// Returns the appended signature, to the end of the file.
    pub fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// Returns a section by its index.
    pub fn section(&self, index: usize) -> Option<&Section<'a>> {
        self.sections.get(index)
    }

    /// Returns the index of the first section of a name, and the section.
    pub fn section_by_name(&self, name: &str) -> Option<(usize, &Section<'a>)> {
        self.sections
            .iter()
            .enumerate()
            .skip(1)
            .find(|(_, section)| section.name == name)
    }

    /// Returns the index of the section that holds the table of symbols.
    pub fn symtab(&self) -> Option<usize> {
        self.symtab
    }

    /// Returns a symbol by its index.
    pub fn symbol(&self, index: u32) -> Option<&Symbol<'a>> {
        self.symbols.get(usize::try_from(index).ok()?)
    }

    /// Returns the name of a symbol; for that of a section, the section's.
    pub fn symbol_name(&self, index: u32) -> &str {
        let Some(symbol) = self.symbol(index) else {
            return "";
        };
        match symbol.place {
            Place::Section(section) if symbol.name.is_empty() => {
                self.section(section).map_or("", |section| &section.name)
            }
            _ => &symbol.name,
        }
    }

    /// Returns the sections of relocations that apply to the section of the index `target`, with their indices.
    ///
    /// There can be several: klp relocations are in sections of their own.
    pub fn relocation_sections(
        &self,
        target: usize,
    ) -> impl Iterator<Item = (usize, &Section<'a>)> + '_ {
        self.sections
            .iter()
            .enumerate()
            .skip(1)
            .filter(move |(_, section)| {
                section.is_relocations() && usize::try_from(section.sh_info) == Ok(target)
            })
    }

    /// Returns the relocations in the section of the index `section`; none if it is no section of relocations.
    ///
    /// # Errors
    ///
    /// The section does not hold whole entries.
    pub fn relocations(&self, section: usize) -> Result<Relocations<'_>, Error> {
        match self.section(section) {
            Some(relocations) if relocations.is_relocations() => {
                Relocations::of(self.endian(), section, relocations)
            }
            _ => Ok(Relocations::Rela(self.endian(), &[])),
        }
    }

    /// Returns all relocations that apply to the section of the index `target`, sorted by their offset.
    ///
    /// # Errors
    ///
    /// A section of relocations does not hold whole entries.
    pub fn relocations_to(&self, target: usize) -> Result<Vec<Relocation>, Error> {
        let mut all = Vec::new();
        for (index, _) in self.relocation_sections(target) {
            all.extend(self.relocations(index)?.iter());
        }
        all.sort_by_key(|relocation| relocation.r_offset);
        Ok(all)
    }

    /// Returns the section, and the offset in it, that a relocation which stores an address stores the address of.
    ///
    /// [`None`] for a symbol that is in no section of this file. The addend of a relative relocation means something else: it
    /// counts from where the relocation applies.
    pub fn target(&self, relocation: &Relocation) -> Option<(usize, u64)> {
        let symbol = self.symbol(relocation.r_sym)?;
        let offset = symbol.st_value.wrapping_add_signed(relocation.r_addend);

        Some((symbol.place.section()?, offset))
    }

    /// Returns the string that begins at an offset of a section and ends with a NUL.
    pub fn string_at(&self, section: usize, offset: u64) -> Option<&str> {
        let bytes = self
            .section(section)?
            .bytes()
            .get(usize::try_from(offset).ok()?..)?;
        let end = bytes.iter().position(|&byte| byte == 0)?;

        std::str::from_utf8(bytes.get(..end)?).ok()
    }

    /// Returns the entries of `.modinfo`, as keys and values; none if there is no such section.
    pub fn modinfo(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        modinfo(
            self.section_by_name(livepatch_abi::section::MODINFO)
                .map_or(&[], |(_, section)| section.bytes()),
        )
    }

    /// Returns the first value that `.modinfo` has for a key.
    pub fn modinfo_value(&self, key: &str) -> Option<&str> {
        self.modinfo()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }
}
