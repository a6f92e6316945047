// SPDX-License-Identifier: GPL-2.0

//! A module file, as the rules ask about it: what is where, and what points to what.

use std::collections::HashMap;

use livepatch_elf::elf::{
    EM_AARCH64, EM_LOONGARCH, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64, SHF_EXECINSTR, SHF_WRITE,
};
use livepatch_elf::{Error, File, Relocation};

/// The relocation that stores a whole address, for each architecture.
const ADDRESS: &[(u16, u32)] = &[
    (EM_X86_64, 1),
    (EM_RISCV, 2),
    (EM_LOONGARCH, 2),
    (EM_S390, 22),
    (EM_PPC64, 38),
    (EM_AARCH64, 257),
];

/// Where a pointer in the file points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// To this offset of this section.
    Here(usize, u64),
    /// To what another module or the kernel has: the index of the symbol.
    Elsewhere(u32),
}

/// A module file and indices over it.
pub struct Module<'a> {
    /// The file.
    pub file: &'a File<'a>,
    /// For each section that is in memory, what is relocated in it, by offset; klp relocations are not among them.
    relocations: HashMap<usize, Vec<Relocation>>,
    /// The functions: section and offset, and the symbol, an exported one rather than a local one.
    functions: HashMap<(usize, u64), usize>,
    /// What symbols with a size cover: section, first byte, the byte behind the last, symbol.
    extents: Vec<(usize, u64, u64, usize)>,
    /// The relocation that stores a whole address.
    address: Option<u32>,
}

impl<'a> Module<'a> {
    /// Makes the indices.
    ///
    /// # Errors
    ///
    /// A section of relocations is damaged.
    pub fn new(file: &'a File<'a>) -> Result<Self, Error> {
        let mut relocations: HashMap<usize, Vec<Relocation>> = HashMap::new();

        for (index, section) in file.sections.iter().enumerate() {
            let Ok(target) = usize::try_from(section.sh_info) else {
                continue;
            };
            let in_memory = file
                .section(target)
                .is_some_and(|section| section.is_alloc());
            if section.is_relocations() && !section.is_alloc() && in_memory {
                relocations
                    .entry(target)
                    .or_default()
                    .extend(file.relocations(index)?.iter());
            }
        }
        for list in relocations.values_mut() {
            list.sort_by_key(|relocation| relocation.r_offset);
        }

        let mut functions = HashMap::new();
        for (index, symbol) in file.symbols.iter().enumerate() {
            if let (Some(section), true) = (symbol.place.section(), symbol.is_function()) {
                let known = functions.entry((section, symbol.st_value)).or_insert(index);
                if !symbol.is_local()
                    && file
                        .symbols
                        .get(*known)
                        .is_some_and(|known| known.is_local())
                {
                    *known = index;
                }
            }
        }

        let mut extents: Vec<_> = file
            .symbols
            .iter()
            .enumerate()
            .filter(|(_, symbol)| symbol.st_size != 0)
            .filter_map(|(index, symbol)| {
                let end = symbol.st_value.checked_add(symbol.st_size)?;
                Some((symbol.place.section()?, symbol.st_value, end, index))
            })
            .collect();
        extents.sort_unstable();

        let address = ADDRESS
            .iter()
            .find(|(machine, _)| *machine == file.header.e_machine)
            .map(|(_, r_type)| *r_type);

        Ok(Self {
            file,
            relocations,
            functions,
            extents,
            address,
        })
    }

    /// Returns the ordinary relocations of a section, by offset.
    pub fn relocations(&self, section: usize) -> &[Relocation] {
        self.relocations.get(&section).map_or(&[], Vec::as_slice)
    }

    /// Returns where the pointer at an offset of a section points to; [`None`] if nothing is relocated there.
    pub fn pointer(&self, section: usize, offset: u64) -> Option<Pointer> {
        let relocations = self.relocations(section);
        let index = relocations.partition_point(|relocation| relocation.r_offset < offset);
        let relocation = relocations
            .get(index)
            .filter(|relocation| relocation.r_offset == offset)?;

        if self
            .address
            .is_some_and(|r_type| r_type != relocation.r_type)
        {
            return None;
        }
        match self.file.target(relocation) {
            Some((section, offset)) => Some(Pointer::Here(section, offset)),
            None => Some(Pointer::Elsewhere(relocation.r_sym)),
        }
    }

    /// Returns the string that the pointer at an offset of a section points to.
    pub fn string(&self, section: usize, offset: u64) -> Option<&str> {
        match self.pointer(section, offset)? {
            Pointer::Here(section, offset) => self.file.string_at(section, offset),
            Pointer::Elsewhere(_) => None,
        }
    }

    /// Returns a number of `N` bytes; zero in a section that has no bytes in the file.
    fn number<const N: usize>(&self, section: usize, offset: u64) -> Option<[u8; N]> {
        let section = self.file.section(section)?;
        let end = offset.checked_add(u64::try_from(N).ok()?)?;

        if section.is_nobits() {
            return (end <= section.size()).then_some([0; N]);
        }
        section
            .bytes()
            .get(usize::try_from(offset).ok()?..usize::try_from(end).ok()?)?
            .try_into()
            .ok()
    }

    /// Returns the byte at an offset of a section.
    pub fn u8(&self, section: usize, offset: u64) -> Option<u8> {
        self.number::<1>(section, offset).map(|[byte]| byte)
    }

    /// Returns the number at an offset of a section.
    pub fn u32(&self, section: usize, offset: u64) -> Option<u32> {
        let bytes = self.number(section, offset)?;
        Some(if self.is_little_endian() {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    /// Returns the number at an offset of a section.
    pub fn u64(&self, section: usize, offset: u64) -> Option<u64> {
        let bytes = self.number(section, offset)?;
        Some(if self.is_little_endian() {
            u64::from_le_bytes(bytes)
        } else {
            u64::from_be_bytes(bytes)
        })
    }

    fn is_little_endian(&self) -> bool {
        matches!(self.file.endian(), livepatch_elf::Endianness::Little)
    }

    /// Returns where what begins at an offset of a section ends, as the symbol that covers it says.
    pub fn end(&self, section: usize, offset: u64) -> Option<u64> {
        self.covering(section, offset).map(|(_, end, _)| end)
    }

    /// Returns the name of the symbol that covers an offset of a section, and the offset in it.
    pub fn symbol_at(&self, section: usize, offset: u64) -> Option<(&str, u64)> {
        let (start, _, symbol) = self.covering(section, offset)?;
        let name = &self.file.symbols.get(symbol)?.name;

        Some((name, offset.checked_sub(start)?))
    }

    /// Returns the last symbol that begins at or before an offset and covers it.
    fn covering(&self, section: usize, offset: u64) -> Option<(u64, u64, usize)> {
        let after = self
            .extents
            .partition_point(|(index, start, _, _)| (*index, *start) <= (section, offset));

        self.extents
            .get(..after)?
            .iter()
            .rev()
            // Symbols overlap where one is another name of a part; more than a few do not.
            .take(16)
            .take_while(|(index, ..)| *index == section)
            .find(|(_, _, end, _)| offset < *end)
            .map(|(_, start, end, symbol)| (*start, *end, *symbol))
    }

    /// Returns the name of the function that begins at an offset of a section; empty if none does.
    pub fn function_at(&self, section: usize, offset: u64) -> &str {
        self.functions
            .get(&(section, offset))
            .and_then(|index| self.file.symbols.get(*index))
            .map_or("", |symbol| &symbol.name)
    }

    /// Returns whether a section holds data that can be written.
    pub fn is_data(&self, section: usize) -> bool {
        self.file.section(section).is_some_and(|section| {
            section.is_alloc()
                && section.sh_flags & u64::from(SHF_WRITE) != 0
                && section.sh_flags & u64::from(SHF_EXECINSTR) == 0
        })
    }

    /// Returns whether a section holds code.
    pub fn is_code(&self, section: usize) -> bool {
        self.file
            .section(section)
            .is_some_and(|section| section.sh_flags & u64::from(SHF_EXECINSTR) != 0)
    }

    /// Returns whether the module wants a symbol of that name from the kernel.
    pub fn wants(&self, name: &str) -> bool {
        self.file
            .symbols
            .iter()
            .any(|symbol| symbol.is_undefined() && symbol.name == name)
    }
}
