// SPDX-License-Identifier: GPL-2.0

//! Makes modules for tests, here and in other crates (feature `testing`).

use object::elf::{
    EF_PPC64_ABI, EM_AARCH64, EM_PPC64, EM_S390, EM_X86_64, R_390_64, R_390_PLT32DBL,
    R_AARCH64_ABS64, R_AARCH64_CALL26, R_PPC64_ADDR64, R_PPC64_REL24, R_X86_64_64, R_X86_64_PLT32,
    SHF_ALLOC, SHF_EXECINSTR, SHF_INFO_LINK, SHF_WRITE, SHT_PROGBITS, SHT_RELA, STB_GLOBAL,
    STB_LOCAL,
};
use object::Endianness;

use crate::{File, Place, Relocation, Section, Symbol};

/// The machines that tests are for.
pub const MACHINES: [(Endianness, u16); 4] = [
    (Endianness::Little, EM_X86_64),
    (Endianness::Big, EM_S390),
    (Endianness::Little, EM_PPC64),
    (Endianness::Little, EM_AARCH64),
];

/// Returns the relocation that stores a whole address.
pub fn address((_, e_machine): (Endianness, u16)) -> u32 {
    match e_machine {
        EM_S390 => R_390_64,
        EM_PPC64 => R_PPC64_ADDR64,
        EM_AARCH64 => R_AARCH64_ABS64,
        _ => R_X86_64_64,
    }
}

/// Returns the relocation of a call of something external.
pub fn call((_, e_machine): (Endianness, u16)) -> u32 {
    match e_machine {
        EM_S390 => R_390_PLT32DBL,
        EM_PPC64 => R_PPC64_REL24,
        EM_AARCH64 => R_AARCH64_CALL26,
        _ => R_X86_64_PLT32,
    }
}

/// Returns code that calls something external `count` times, each relocation 8 bytes from the next, the first at 0.
pub fn calls((_, e_machine): (Endianness, u16), count: usize) -> Vec<u8> {
    match e_machine {
        // `bl`, `nop`
        EM_PPC64 => [0x4800_0001_u32, 0x6000_0000]
            .map(u32::to_le_bytes)
            .concat(),
        _ => vec![0; 8],
    }
    .repeat(count)
}

/// Flags of a section with code.
pub const TEXT: u32 = SHF_ALLOC | SHF_EXECINSTR;
/// Flags of a section with data.
pub const DATA: u32 = SHF_ALLOC | SHF_WRITE;
/// Flags of a section with constants.
pub const RODATA: u32 = SHF_ALLOC;
/// Flags of a section that is not loaded.
pub const DEBUG: u32 = 0;

/// A module that is being made.
pub struct Module {
    /// What has been made so far.
    pub file: File<'static>,
}

impl Module {
    /// Begins a livepatch of the name `test` for the kernel `7.3.4`.
    pub fn livepatch((endian, e_machine): (Endianness, u16)) -> Self {
        let mut module = Self::empty((endian, e_machine));
        module.section(
            ".modinfo",
            RODATA,
            b"livepatch=Y\0license=GPL\0name=test\0vermagic=7.3.4 SMP\0",
        );
        module
    }

    /// Begins a module without anything.
    pub fn empty((endian, e_machine): (Endianness, u16)) -> Self {
        let mut file = File::new(endian, e_machine);
        if e_machine == EM_PPC64 {
            file.header.e_flags = 2 & EF_PPC64_ABI;
        }
        Self { file }
    }

    /// Adds a section, and returns its index.
    pub fn section(&mut self, name: &str, flags: u32, contents: &[u8]) -> usize {
        self.file.push_section(Section {
            name: name.to_owned().into(),
            sh_type: SHT_PROGBITS,
            sh_flags: flags.into(),
            sh_addralign: 1,
            contents: contents.to_vec().into(),
            ..Section::default()
        })
    }

    /// Adds a symbol, and returns its index.
    pub fn symbol(&mut self, symbol: Symbol<'static>) -> u32 {
        self.file.symbols.push(symbol);
        self.file.symbols.len() as u32 - 1
    }

    /// Adds a symbol of this module, and returns its index.
    pub fn local(&mut self, name: &str, st_type: u8, section: usize, value: u64, size: u64) -> u32 {
        self.symbol(Symbol {
            name: name.to_owned().into(),
            st_info: (STB_LOCAL << 4) | st_type,
            place: Place::Section(section),
            st_value: value,
            st_size: size,
            ..Symbol::default()
        })
    }

    /// Adds a global symbol without a type, and returns its index.
    pub fn global(&mut self, name: &str, place: Place, value: u64) -> u32 {
        self.symbol(Symbol {
            name: name.to_owned().into(),
            st_info: STB_GLOBAL << 4,
            place,
            st_value: value,
            ..Symbol::default()
        })
    }

    /// Adds a section with the relocations of another one, and returns its index.
    ///
    /// Each is an offset, a symbol, a type and an addend.
    pub fn relocations(&mut self, target: usize, relocations: &[(u64, u32, u32, i64)]) -> usize {
        let name = format!(".rela{}", self.file.sections[target].name);
        let index = self.file.push_section(Section {
            name: name.into(),
            sh_type: SHT_RELA,
            sh_flags: SHF_INFO_LINK.into(),
            sh_addralign: 8,
            sh_entsize: 24,
            sh_link: self.file.symtab().unwrap_or_default() as u32,
            sh_info: target as u32,
            ..Section::default()
        });
        let relocations: Vec<_> = relocations
            .iter()
            .map(|&(r_offset, r_sym, r_type, r_addend)| Relocation {
                r_offset,
                r_sym,
                r_type,
                r_addend,
            })
            .collect();
        self.file.set_relocations(index, &relocations);
        index
    }

    /// Returns the bytes of the module.
    pub fn bytes(mut self) -> Vec<u8> {
        self.file.sort_symbols().unwrap();
        self.file.write().unwrap()
    }
}

/// Returns a file as text, for tests that compare all of it.
pub fn dump(file: &File<'_>) -> String {
    use std::fmt::Write as _;

    let mut text = String::new();
    for (index, section) in file.sections.iter().enumerate().skip(1) {
        let Section {
            name,
            sh_type,
            sh_flags,
            sh_addralign,
            sh_link,
            sh_info,
            ..
        } = section;
        let info = if Some(index) == file.symtab() {
            String::new()
        } else {
            format!(" info {sh_info}")
        };
        let _ = writeln!(
            text,
            "{index} {name}: type {sh_type:#x} flags {sh_flags:#x} align {sh_addralign} link {sh_link}{info}",
        );
        for relocation in file.relocations(index).unwrap().iter() {
            let _ = writeln!(
                text,
                "  {:#x}: type {} {}{:+}",
                relocation.r_offset,
                relocation.r_type,
                file.symbol_name(relocation.r_sym),
                relocation.r_addend
            );
        }
    }
    for symbol in file.symbols.iter().skip(1) {
        let _ = writeln!(
            text,
            "{:?}: info {:#x} other {:#x} {:?} {:#x} {}",
            symbol.name,
            symbol.st_info,
            symbol.st_other,
            symbol.place,
            symbol.st_value,
            symbol.st_size
        );
    }
    text
}
