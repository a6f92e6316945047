// SPDX-License-Identifier: GPL-2.0

//! What a module asks of others, and in which versions.
//!
//! Versions are in the section `__versions`, an array of `struct modversion_info`; or, where the kernel
//! has CONFIG_EXTENDED_MODVERSIONS, in `__version_ext_crcs` and `__version_ext_names`, or in both.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use object::read::elf::{ElfFile64, FileHeader};
use object::{elf, Endianness, Object, ObjectSection, ObjectSymbol};

use crate::error::{self, Error, Result};

/// The size of `struct modversion_info`: a version of 8 bytes, and the name.
const MODVERSION_INFO: usize = 64;
const VERSIONS: &str = "__versions";
const EXTENDED_VERSIONS: &str = "__version_ext_crcs";
const EXTENDED_NAMES: &str = "__version_ext_names";

/// What a module asks of others.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The symbols that are not its own; the value says whether it can do without.
    pub(crate) undefined: BTreeMap<String, bool>,
    /// The versions that it wants, each with the section that says so.
    pub(crate) versions: Vec<(&'static str, String, u32)>,
}

/// A module's file while it is read.
struct Reader<'a> {
    path: &'a Path,
    file: ElfFile64<'a, Endianness>,
}

impl Module {
    /// Reads a module.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no module of a 64-bit kernel, or its versions are malformed.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let data = fs::read(path).map_err(error::read(path))?;
        let object_error = |source| Error::Object {
            file: path.to_owned(),
            source,
        };
        let file = ElfFile64::parse(data.as_slice()).map_err(object_error)?;
        let mut module = Self::default();
        for symbol in file.symbols() {
            if symbol.is_undefined() && symbol.is_global() {
                let name = symbol.name().map_err(object_error)?.to_owned();
                module.undefined.insert(name, symbol.is_weak());
            }
        }
        let reader = Reader { path, file };
        reader.basic(&mut module)?;
        reader.extended(&mut module)?;
        Ok(module)
    }
}

impl Reader<'_> {
    fn error(&self, section: &'static str, what: &'static str) -> Error {
        Error::Section {
            file: self.path.to_owned(),
            section,
            what,
        }
    }

    fn section(&self, name: &'static str) -> Result<&[u8]> {
        let Some(section) = self.file.section_by_name(name) else {
            return Ok(&[]);
        };
        section.data().map_err(|source| Error::Object {
            file: self.path.to_owned(),
            source,
        })
    }

    /// Returns the bytes of a string that ends with a zero.
    fn string(&self, section: &'static str, bytes: &[u8]) -> Result<String> {
        let end = bytes.iter().position(|&byte| byte == 0);
        let name = end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok());
        let name = name.ok_or_else(|| self.error(section, "a name does not end, or is no text"))?;
        Ok(name.to_owned())
    }

    fn is_little_endian(&self) -> bool {
        let ident = self.file.elf_header().e_ident();
        ident.data == elf::ELFDATA2LSB
    }

    fn u32(&self, bytes: [u8; 4]) -> u32 {
        if self.is_little_endian() {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        }
    }

    fn u64(&self, bytes: [u8; 8]) -> u64 {
        if self.is_little_endian() {
            u64::from_le_bytes(bytes)
        } else {
            u64::from_be_bytes(bytes)
        }
    }

    fn basic(&self, module: &mut Module) -> Result<()> {
        let entries = self.section(VERSIONS)?.chunks_exact(MODVERSION_INFO);
        if !entries.remainder().is_empty() {
            return Err(self.error(VERSIONS, "it is no array of struct modversion_info"));
        }
        for entry in entries {
            let (version, name) = entry
                .split_first_chunk()
                .expect("an entry is longer than 8 bytes");
            let version = u32::try_from(self.u64(*version))
                .map_err(|_| self.error(VERSIONS, "a version is wider than 32 bits"))?;
            let name = self.string(VERSIONS, name)?;
            module.versions.push((VERSIONS, name, version));
        }
        Ok(())
    }

    fn extended(&self, module: &mut Module) -> Result<()> {
        let versions = self.section(EXTENDED_VERSIONS)?.chunks_exact(4);
        let mut names = self.section(EXTENDED_NAMES)?;
        if !versions.remainder().is_empty() {
            return Err(self.error(EXTENDED_VERSIONS, "it is no array of 32-bit numbers"));
        }
        for version in versions {
            let name = self.string(EXTENDED_NAMES, names)?;
            names = &names[name.len() + 1..];
            let version = version.try_into().expect("chunks of 4 bytes");
            let version = self.u32(version);
            module.versions.push((EXTENDED_VERSIONS, name, version));
        }
        // Sections are padded.
        if names.iter().any(|&byte| byte != 0) {
            return Err(self.error(EXTENDED_NAMES, "there are more names than versions"));
        }
        Ok(())
    }
}
