// SPDX-License-Identifier: GPL-2.0

//! From bytes to a [`File`].

use std::borrow::Cow;

use livepatch_abi::signature;
use object::elf::{
    FileHeader64, SectionHeader64, Sym64, ELFCLASS64, ELFMAG, SHN_ABS, SHN_COMMON, SHN_LORESERVE,
    SHN_UNDEF, SHN_XINDEX, SHT_NOBITS, SHT_NULL, SHT_STRTAB, SHT_SYMTAB, SHT_SYMTAB_SHNDX,
};
use object::endian::U32;
use object::pod::slice_from_all_bytes;
use object::read::elf::FileHeader;
use object::Endianness;

use crate::{Contents, Error, File, Header, Place, Section, Symbol, MAX_NAME};

impl<'a> File<'a> {
    /// Reads a file, with or without an appended signature.
    ///
    /// # Errors
    ///
    /// It is no 64-bit ELF file, or damaged.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (bytes, signature) = split_signature(bytes).ok_or(Error::Damaged("signature"))?;
        if !bytes.starts_with(&ELFMAG) {
            return Err(Error::NotElf);
        }
        if bytes.get(4) != Some(&ELFCLASS64) {
            return Err(Error::Not64Bit);
        }
        let header =
            FileHeader64::<Endianness>::parse(bytes).map_err(|_| Error::Damaged("header"))?;
        let endian = header.endian().map_err(|_| Error::Damaged("header"))?;
        let headers = header
            .section_headers(endian, bytes)
            .map_err(|_| Error::Damaged("table of sections"))?;
        // The first section is none; others have it for what they do not refer to.
        if headers.first().map(|first| first.sh_type.get(endian)) != Some(SHT_NULL) {
            return Err(Error::Damaged("table of sections"));
        }
        let shstrtab = header
            .section_strings_index(endian, bytes)
            .map_err(|_| Error::Damaged("table of section names"))?
            .0;

        let sections = sections(endian, bytes, headers, shstrtab)?;
        let symtab = sections
            .iter()
            .position(|section| section.sh_type == SHT_SYMTAB);
        let symbols = match symtab {
            Some(index) => symbols(endian, bytes, headers, index, &sections)?,
            None => Vec::new(),
        };

        Ok(Self {
            header: Header {
                endian,
                os_abi: header.e_ident.os_abi,
                abi_version: header.e_ident.abi_version,
                e_type: header.e_type.get(endian),
                e_machine: header.e_machine.get(endian),
                e_flags: header.e_flags.get(endian),
            },
            sections,
            symbols,
            symtab,
            shstrtab,
            signature,
        })
    }
}

/// Splits the appended signature off, if there is one.
fn split_signature(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let Some(before) = bytes.strip_suffix(signature::MAGIC) else {
        return Some((bytes, &[]));
    };
    let (_, length) = before.split_last_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let size = length.checked_add(signature::DESCRIPTOR + signature::MAGIC.len())?;

    Some(bytes.split_at(bytes.len().checked_sub(size)?))
}

/// Returns the bytes that a section has in the file.
fn range<'a>(
    endian: Endianness,
    bytes: &'a [u8],
    header: &SectionHeader64<Endianness>,
) -> Option<&'a [u8]> {
    let start = usize::try_from(header.sh_offset.get(endian)).ok()?;
    let size = usize::try_from(header.sh_size.get(endian)).ok()?;

    // What is empty can be anywhere.
    if size == 0 {
        return Some(&[]);
    }
    bytes.get(start..start.checked_add(size)?)
}

/// Returns the bytes of a table of names.
fn strings<'a>(
    endian: Endianness,
    bytes: &'a [u8],
    headers: &[SectionHeader64<Endianness>],
    index: usize,
) -> Option<&'a [u8]> {
    let header = headers.get(index)?;

    match header.sh_type.get(endian) {
        SHT_STRTAB => range(endian, bytes, header),
        // Without a table, nothing has a name.
        SHT_NULL if index == 0 => Some(&[]),
        _ => None,
    }
}

/// Returns the name at an offset of a table.
fn name(table: &[u8], offset: u32) -> Option<&str> {
    if offset == 0 {
        return Some("");
    }
    let bytes = table.get(usize::try_from(offset).ok()?..)?;
    let bytes = bytes.get(..MAX_NAME + 1).unwrap_or(bytes);
    let end = bytes.iter().position(|&byte| byte == 0)?;

    std::str::from_utf8(bytes.get(..end)?).ok()
}

fn sections<'a>(
    endian: Endianness,
    bytes: &'a [u8],
    headers: &'a [SectionHeader64<Endianness>],
    shstrtab: usize,
) -> Result<Vec<Section<'a>>, Error> {
    let names = strings(endian, bytes, headers, shstrtab)
        .ok_or(Error::Damaged("table of section names"))?;
    let mut total = 0;

    let sections = headers
        .iter()
        .enumerate()
        .map(|(index, header)| {
            let name = name(names, header.sh_name.get(endian)).ok_or(Error::Name {
                what: "section",
                index,
            })?;
            let sh_type = header.sh_type.get(endian);
            let contents = match sh_type {
                // The size of the first says how many there are, when they are very many.
                SHT_NULL => Contents::NoBits(0),
                SHT_NOBITS => Contents::NoBits(header.sh_size.get(endian)),
                _ => range(endian, bytes, header)
                    .ok_or_else(|| Error::SectionOutside {
                        section: index,
                        name: name.to_owned(),
                    })?
                    .into(),
            };
            total += contents.bytes().len();
            // Else a small file could mean a huge one.
            if total > bytes.len() {
                return Err(Error::Overlap);
            }
            Ok(Section {
                name: Cow::Borrowed(name),
                sh_type,
                sh_flags: header.sh_flags.get(endian),
                sh_addr: header.sh_addr.get(endian),
                sh_addralign: header.sh_addralign.get(endian),
                sh_entsize: header.sh_entsize.get(endian),
                sh_link: header.sh_link.get(endian),
                sh_info: header.sh_info.get(endian),
                contents,
            })
        })
        .collect();
    sections
}

/// Returns the entries of a table that a section is, straight from the file.
fn table<'a, T: object::Pod>(
    endian: Endianness,
    bytes: &'a [u8],
    headers: &[SectionHeader64<Endianness>],
    index: usize,
    sections: &[Section<'_>],
) -> Result<&'a [T], Error> {
    let contents = headers
        .get(index)
        .and_then(|header| range(endian, bytes, header))
        .unwrap_or_default();

    slice_from_all_bytes(contents).map_err(|()| Error::Entries {
        section: index,
        name: sections
            .get(index)
            .map(|section| section.name.to_string())
            .unwrap_or_default(),
        entsize: size_of::<T>(),
    })
}

fn symbols<'a>(
    endian: Endianness,
    bytes: &'a [u8],
    headers: &[SectionHeader64<Endianness>],
    symtab: usize,
    sections: &[Section<'_>],
) -> Result<Vec<Symbol<'a>>, Error> {
    let entries: &[Sym64<Endianness>] = table(endian, bytes, headers, symtab, sections)?;
    let is_linked = |section: &Section<'_>| usize::try_from(section.sh_link) == Ok(symtab);
    let extended: &[U32<Endianness>] = match sections
        .iter()
        .position(|section| section.sh_type == SHT_SYMTAB_SHNDX && is_linked(section))
    {
        Some(index) => table(endian, bytes, headers, index, sections)?,
        None => &[],
    };
    let names = sections
        .get(symtab)
        .and_then(|section| usize::try_from(section.sh_link).ok())
        .and_then(|strtab| strings(endian, bytes, headers, strtab))
        .ok_or(Error::Damaged("table of symbol names"))?;

    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let name = name(names, entry.st_name.get(endian)).ok_or(Error::Name {
                what: "symbol",
                index,
            })?;
            let place = match entry.st_shndx.get(endian) {
                SHN_UNDEF => Place::Undefined,
                SHN_ABS => Place::Absolute,
                SHN_COMMON => Place::Common,
                SHN_XINDEX => Place::Section(
                    extended
                        .get(index)
                        .map_or(usize::MAX, |section| section.get(endian) as usize),
                ),
                reserved if reserved >= SHN_LORESERVE => Place::Reserved(reserved),
                section => Place::Section(usize::from(section)),
            };
            match place {
                Place::Section(section) if section >= sections.len() => Err(Error::NoSection {
                    section,
                    by: format!("symbol {name}"),
                }),
                _ => Ok(Symbol {
                    name: Cow::Borrowed(name),
                    st_info: entry.st_info,
                    st_other: entry.st_other,
                    place,
                    st_value: entry.st_value.get(endian),
                    st_size: entry.st_size.get(endian),
                }),
            }
        })
        .collect()
}
