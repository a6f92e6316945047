// SPDX-License-Identifier: GPL-2.0

//! How large a module is.

use std::fs;
use std::path::Path;

use object::read::elf::{FileHeader, SectionHeader};
use object::{elf, Endianness};

use crate::error::{Error, Result};

/// The size of a module, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Sections with code.
    pub text: u64,
    /// Sections that can be written.
    pub data: u64,
    /// All that is in memory when the module is loaded, what is only read as well.
    pub allocated: u64,
    /// The file.
    pub file: u64,
}

impl Size {
    /// Measures a module.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no 64-bit ELF file.
    pub fn of(path: &Path) -> Result<Self> {
        let file = fs::read(path).map_err(Error::file("read", path))?;
        Self::parse(&file).map_err(|source| Error::Module {
            path: path.to_owned(),
            source,
        })
    }

    fn parse(file: &[u8]) -> object::Result<Self> {
        let header = elf::FileHeader64::<Endianness>::parse(file)?;
        let endian = header.endian()?;
        let mut size = Self {
            file: file.len() as u64,
            ..Self::default()
        };
        for section in header.sections(endian, file)?.iter() {
            let flags = section.sh_flags(endian);
            let has = |flag: u32| flags & u64::from(flag) != 0;
            let bytes = section.sh_size(endian);
            if !has(elf::SHF_ALLOC) {
                continue;
            }
            // A damaged file may claim anything.
            size.allocated = size.allocated.saturating_add(bytes);
            if has(elf::SHF_EXECINSTR) {
                size.text = size.text.saturating_add(bytes);
            } else if has(elf::SHF_WRITE) {
                size.data = size.data.saturating_add(bytes);
            }
        }
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes an ELF file of sections with flags and sizes.
    fn elf_file(sections: &[(u32, u64)]) -> Vec<u8> {
        const HEADER: u64 = 64;
        let mut file = Vec::new();
        file.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
        file.extend(1u16.to_le_bytes()); // e_type: ET_REL
        file.extend(62u16.to_le_bytes()); // e_machine: EM_X86_64
        file.extend(1u32.to_le_bytes()); // e_version
        file.extend(0u64.to_le_bytes()); // e_entry
        file.extend(0u64.to_le_bytes()); // e_phoff
        file.extend(HEADER.to_le_bytes()); // e_shoff
        file.extend(0u32.to_le_bytes()); // e_flags
        file.extend(64u16.to_le_bytes()); // e_ehsize
        file.extend([0; 4]); // e_phentsize, e_phnum
        file.extend(64u16.to_le_bytes()); // e_shentsize
        let count = u16::try_from(sections.len() + 2).unwrap();
        file.extend(count.to_le_bytes()); // e_shnum
        file.extend(1u16.to_le_bytes()); // e_shstrndx
        let mut section = |kind: u32, flags: u32, size: u64| {
            file.extend(0u32.to_le_bytes()); // sh_name
            file.extend(kind.to_le_bytes());
            file.extend(u64::from(flags).to_le_bytes());
            file.extend(0u64.to_le_bytes()); // sh_addr
            file.extend(HEADER.to_le_bytes()); // sh_offset
            file.extend(size.to_le_bytes());
            file.extend([0; 24]); // sh_link, sh_info, sh_addralign, sh_entsize
        };
        section(elf::SHT_NULL, 0, 0);
        section(elf::SHT_STRTAB, 0, 1);
        for (flags, size) in sections {
            section(elf::SHT_NOBITS, *flags, *size);
        }
        file
    }

    #[test]
    fn sections_are_told_apart_by_their_flags() {
        let file = elf_file(&[
            (elf::SHF_ALLOC | elf::SHF_EXECINSTR, 100),
            (elf::SHF_ALLOC | elf::SHF_EXECINSTR, 20),
            (elf::SHF_ALLOC | elf::SHF_WRITE, 7),
            (elf::SHF_ALLOC, 1000),
            (elf::SHF_WRITE, 4),
        ]);
        let size = Size {
            text: 120,
            data: 7,
            allocated: 1127,
            file: file.len() as u64,
        };
        assert_eq!(Size::parse(&file).unwrap(), size);
    }

    #[test]
    fn damaged_files_are_refused_and_named() {
        let whole = elf_file(&[(elf::SHF_ALLOC, 1)]);
        for length in [0, 10, 63, 100] {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &whole[..length]).unwrap();
            let error = Size::of(file.path()).unwrap_err();
            let want = format!("cannot parse {}: ", file.path().display());
            assert!(error.to_string().starts_with(&want), "{length}: {error}");
        }
    }

    #[test]
    fn absurd_sizes_do_not_overflow() {
        let file = elf_file(&[(elf::SHF_ALLOC, u64::MAX), (elf::SHF_ALLOC, u64::MAX)]);
        assert_eq!(Size::parse(&file).unwrap().allocated, u64::MAX);
    }
}
