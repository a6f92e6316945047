// SPDX-License-Identifier: GPL-2.0

//! From a [`File`] to bytes.
//!
//! ```text
//! header | section 1 | section 2 | ... | table of sections
//! ```

use std::collections::HashMap;

use object::elf::{
    FileHeader64, Ident, SectionHeader64, Sym64, ELFCLASS64, ELFDATA2LSB, ELFDATA2MSB, ELFMAG,
    ET_REL, EV_CURRENT, SHN_ABS, SHN_COMMON, SHN_LORESERVE, SHN_UNDEF, SHT_NULL, SHT_SYMTAB_SHNDX,
};
use object::endian::{U16, U32, U64};
use object::pod::bytes_of;
use object::Endianness;

use crate::{Error, File, Place, Section, Symbol, MAX_SIZE};

const HEADER: usize = size_of::<FileHeader64<Endianness>>();
const SECTION_HEADER: usize = size_of::<SectionHeader64<Endianness>>();
const SYMBOL: usize = size_of::<Sym64<Endianness>>();

/// The largest alignment that a section can have: no architecture has pages that are larger.
const MAX_ALIGN: u64 = 1 << 20;

/// A table of names that is being made.
#[derive(Default)]
struct Names<'a> {
    bytes: Vec<u8>,
    offsets: HashMap<&'a str, u32>,
}

impl<'a> Names<'a> {
    /// Returns the offset of a name, which it adds if it is not there.
    fn offset(&mut self, name: &'a str) -> Result<u32, Error> {
        if self.bytes.is_empty() {
            self.bytes.push(0);
        }
        if name.is_empty() {
            return Ok(0);
        }
        if let Some(offset) = self.offsets.get(name) {
            return Ok(*offset);
        }
        let offset = self.bytes.len();
        if offset + name.len() >= MAX_SIZE {
            return Err(Error::TooBig);
        }
        let offset = u32::try_from(offset).map_err(|_| Error::TooBig)?;
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.offsets.insert(name, offset);
        Ok(offset)
    }
}

/// What a section has in the file that is being written.
struct Placed<'b> {
    offset: usize,
    bytes: &'b [u8],
}

impl File<'_> {
    /// Returns the bytes of the file, without a signature. The same file gives the same bytes, everywhere.
    ///
    /// # Errors
    ///
    /// It is no relocatable file, or it has grown too big.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let endian = self.endian();
        if !self.is_relocatable() {
            return Err(Error::NotRelocatable(self.header.e_type));
        }
        if self.sections.len() >= usize::from(SHN_LORESERVE) {
            return Err(Error::TooManySections(self.sections.len()));
        }

        // Both names can be in one table.
        let strtab = self
            .symtab
            .and_then(|symtab| self.section(symtab))
            .map_or(0, |section| section.sh_link as usize);
        let mut names = Names::default();
        let mut symbol_names = Names::default();
        let mut symtab = Vec::with_capacity(self.symbols.len().saturating_mul(SYMBOL));
        let sh_names = self
            .sections
            .iter()
            .map(|section| names.offset(&section.name))
            .collect::<Result<Vec<_>, _>>()?;
        for symbol in &self.symbols {
            let table = if strtab == self.shstrtab {
                &mut names
            } else {
                &mut symbol_names
            };
            let st_name = table.offset(&symbol.name)?;
            symtab.extend_from_slice(bytes_of(&entry(endian, symbol, st_name)));
        }

        // There are too few sections for any symbol to need its entry.
        let no_extended = match self.has_extended() {
            true => vec![0; self.symbols.len().saturating_mul(size_of::<u32>())],
            false => Vec::new(),
        };

        let mut end = HEADER;
        let mut placed = Vec::with_capacity(self.sections.len());
        for (index, section) in self.sections.iter().enumerate() {
            let bytes = if index == 0 {
                &[]
            } else if index == self.shstrtab {
                names.bytes.as_slice()
            } else if Some(index) == self.symtab {
                &symtab
            } else if index == strtab {
                &symbol_names.bytes
            } else if section.sh_type == SHT_SYMTAB_SHNDX {
                &no_extended
            } else {
                section.bytes()
            };
            let offset = if section.sh_type == SHT_NULL {
                0
            } else {
                if section.sh_addralign > MAX_ALIGN {
                    return Err(Error::Alignment {
                        name: section.name.to_string(),
                        align: section.sh_addralign,
                    });
                }
                aligned(end, section.sh_addralign)?
            };
            if !bytes.is_empty() {
                end = offset
                    .checked_add(bytes.len())
                    .filter(|&end| end <= MAX_SIZE)
                    .ok_or(Error::TooBig)?;
            }
            placed.push(Placed { offset, bytes });
        }
        let e_shoff = aligned(end, 8)?;

        let mut output = Vec::with_capacity(e_shoff + self.sections.len() * SECTION_HEADER);
        output.extend_from_slice(bytes_of(&self.file_header(e_shoff)));
        for Placed { offset, bytes } in &placed {
            if !bytes.is_empty() {
                output.resize(*offset, 0);
                output.extend_from_slice(bytes);
            }
        }
        output.resize(e_shoff, 0);
        for (((index, section), sh_name), placed) in
            self.sections.iter().enumerate().zip(sh_names).zip(&placed)
        {
            let header = self.section_header(index, section, sh_name, placed);
            output.extend_from_slice(bytes_of(&header));
        }
        Ok(output)
    }

    /// Returns whether there is a table of the sections of symbols.
    fn has_extended(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.sh_type == SHT_SYMTAB_SHNDX)
    }

    fn file_header(&self, e_shoff: usize) -> FileHeader64<Endianness> {
        let endian = self.endian();
        FileHeader64 {
            e_ident: Ident {
                magic: ELFMAG,
                class: ELFCLASS64,
                data: match endian {
                    Endianness::Little => ELFDATA2LSB,
                    Endianness::Big => ELFDATA2MSB,
                },
                version: EV_CURRENT,
                os_abi: self.header.os_abi,
                abi_version: self.header.abi_version,
                padding: [0; 7],
            },
            e_type: U16::new(endian, ET_REL),
            e_machine: U16::new(endian, self.header.e_machine),
            e_version: U32::new(endian, EV_CURRENT.into()),
            e_entry: U64::new(endian, 0),
            e_phoff: U64::new(endian, 0),
            e_shoff: U64::new(endian, e_shoff as u64),
            e_flags: U32::new(endian, self.header.e_flags),
            e_ehsize: U16::new(endian, HEADER as u16),
            e_phentsize: U16::new(endian, 0),
            e_phnum: U16::new(endian, 0),
            e_shentsize: U16::new(endian, SECTION_HEADER as u16),
            e_shnum: U16::new(endian, self.sections.len() as u16),
            e_shstrndx: U16::new(endian, self.shstrtab as u16),
        }
    }

    fn section_header(
        &self,
        index: usize,
        section: &Section<'_>,
        sh_name: u32,
        placed: &Placed<'_>,
    ) -> SectionHeader64<Endianness> {
        let endian = self.endian();
        let locals = self.symbols.iter().take_while(|symbol| symbol.is_local());
        let sh_info = if Some(index) == self.symtab {
            locals.count() as u32
        } else {
            section.sh_info
        };
        let sh_size = if section.is_nobits() {
            section.size()
        } else {
            placed.bytes.len() as u64
        };
        SectionHeader64 {
            sh_name: U32::new(endian, sh_name),
            sh_type: U32::new(endian, section.sh_type),
            sh_flags: U64::new(endian, section.sh_flags),
            sh_addr: U64::new(endian, section.sh_addr),
            sh_offset: U64::new(endian, placed.offset as u64),
            sh_size: U64::new(endian, sh_size),
            sh_link: U32::new(endian, section.sh_link),
            sh_info: U32::new(endian, sh_info),
            sh_addralign: U64::new(endian, section.sh_addralign),
            sh_entsize: U64::new(endian, section.sh_entsize),
        }
    }
}

/// Returns the entry of a symbol.
fn entry(endian: Endianness, symbol: &Symbol<'_>, st_name: u32) -> Sym64<Endianness> {
    let st_shndx = match symbol.place {
        Place::Undefined => SHN_UNDEF,
        Place::Absolute => SHN_ABS,
        Place::Common => SHN_COMMON,
        // There are fewer sections than numbers.
        Place::Section(section) => section as u16,
        Place::Reserved(index) => index,
    };
    Sym64 {
        st_name: U32::new(endian, st_name),
        st_info: symbol.st_info,
        st_other: symbol.st_other,
        st_shndx: U16::new(endian, st_shndx),
        st_value: U64::new(endian, symbol.st_value),
        st_size: U64::new(endian, symbol.st_size),
    }
}

/// Returns the next offset of an alignment.
fn aligned(offset: usize, align: u64) -> Result<usize, Error> {
    usize::try_from(align.max(1))
        .ok()
        .and_then(|align| offset.checked_next_multiple_of(align))
        .filter(|&offset| offset <= MAX_SIZE)
        .ok_or(Error::TooBig)
}
