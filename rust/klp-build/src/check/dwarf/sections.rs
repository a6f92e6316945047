// SPDX-License-Identifier: GPL-2.0

//! The sections of an object file that hold debug information, inflated and relocated.

use std::borrow::Cow;
use std::io::Read;

use gimli::{DwarfSections, EndianSlice, RunTimeEndian, Section as _, SectionId};
use livepatch_elf::elf::{
    ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD, EM_AARCH64, EM_LOONGARCH, EM_PPC64, EM_RISCV, EM_S390,
    EM_X86_64, SHF_COMPRESSED,
};
use livepatch_elf::{Endianness, File, Relocation, Section};

use super::error::Error;
use super::units::Reader;

/// The sections that are of use.
const SECTIONS: [SectionId; 9] = [
    SectionId::DebugAbbrev,
    SectionId::DebugAddr,
    SectionId::DebugInfo,
    SectionId::DebugLine,
    SectionId::DebugLineStr,
    SectionId::DebugRanges,
    SectionId::DebugRngLists,
    SectionId::DebugStr,
    SectionId::DebugStrOffsets,
];

/// The relocations that store an address in 8 and in 4 bytes, for each architecture.
const ADDRESS: [(u16, u32, u32); 6] = [
    (EM_X86_64, 1, 10),
    (EM_RISCV, 2, 1),
    (EM_LOONGARCH, 2, 1),
    (EM_S390, 22, 4),
    (EM_PPC64, 38, 1),
    (EM_AARCH64, 257, 258),
];

/// Where a section of a relocatable file begins in the addresses that its debug information is given: far enough from the others,
/// for they all begin at 0 in the file.
const SECTION_SHIFT: u32 = 32;

/// The size of the header of a compressed section.
const COMPRESSION_HEADER: usize = 24;

/// The debug information of an object file.
pub(in crate::check) struct DebugInfo<'a> {
    sections: DwarfSections<Cow<'a, [u8]>>,
    endian: RunTimeEndian,
}

impl<'a> DebugInfo<'a> {
    /// Finds the debug information of a file; it takes at most `limit` bytes of memory where it is not in the file as it is needed.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be read.
    pub(in crate::check) fn load(file: &'a File<'_>, limit: usize) -> Result<Self, Error> {
        let endian = match file.endian() {
            Endianness::Little => RunTimeEndian::Little,
            Endianness::Big => RunTimeEndian::Big,
        };
        let mut left = Left {
            limit,
            bytes: limit,
        };
        let sections = DwarfSections::load(|id| {
            if SECTIONS.contains(&id) {
                contents(file, id.name(), &mut left)
            } else {
                Ok(Cow::Borrowed(&[][..]))
            }
        })?;
        let info = Self { sections, endian };

        if info.dwarf().debug_info.reader().is_empty() {
            return Err(Error::None);
        }
        Ok(info)
    }

    /// Returns the debug information, to be read.
    pub(in crate::check) fn dwarf(&self) -> gimli::Dwarf<Reader<'_>> {
        self.sections
            .borrow(|section| EndianSlice::new(section, self.endian))
    }

    /// Returns the address in debug information of what is at an offset of a section of a relocatable file.
    pub(in crate::check) fn address(section: usize, offset: u64) -> Option<u64> {
        u64::try_from(section)
            .ok()
            .filter(|section| *section >> SECTION_SHIFT == 0 && offset >> SECTION_SHIFT == 0)
            .map(|section| (section << SECTION_SHIFT) + offset)
    }
}

/// How many bytes may still be taken.
struct Left {
    limit: usize,
    bytes: usize,
}

impl Left {
    fn take(&mut self, section: &str, bytes: usize) -> Result<(), Error> {
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| Error::TooLarge {
                section: section.to_owned(),
                limit: self.limit,
            })?;
        Ok(())
    }
}

/// Returns what a section holds, which is nothing if there is none.
fn contents<'a>(file: &'a File<'_>, name: &str, left: &mut Left) -> Result<Cow<'a, [u8]>, Error> {
    let Some((index, section)) = file.section_by_name(name) else {
        return Ok(Cow::Borrowed(&[]));
    };
    let mut data = if section.sh_flags & u64::from(SHF_COMPRESSED) == 0 {
        Cow::Borrowed(section.bytes())
    } else {
        Cow::Owned(decompress(file.endian(), section, left)?)
    };

    if file.is_relocatable() {
        relocate(file, index, name, &mut data, left)?;
    }
    Ok(data)
}

fn decompress(
    endian: Endianness,
    section: &Section<'_>,
    left: &mut Left,
) -> Result<Vec<u8>, Error> {
    let name = &section.name;
    let failed = |source| Error::Decompress {
        section: name.to_string(),
        source,
    };
    let unknown = || Error::Compression(name.to_string());
    let (header, data) = section
        .bytes()
        .split_at_checked(COMPRESSION_HEADER)
        .ok_or_else(unknown)?;
    let kind = *header.first_chunk().ok_or_else(unknown)?;
    let kind = match endian {
        Endianness::Little => u32::from_le_bytes(kind),
        Endianness::Big => u32::from_be_bytes(kind),
    };

    match kind {
        ELFCOMPRESS_ZLIB => inflate(flate2::read::ZlibDecoder::new(data), name, left),
        ELFCOMPRESS_ZSTD => {
            let mut decoder = zstd::Decoder::with_buffer(data).map_err(failed)?;

            // As much as it would put out at most, so that it takes no more than that once again.
            decoder
                .window_log_max(left.limit.max(1 << 20).ilog2().min(31))
                .map_err(failed)?;
            inflate(decoder, name, left)
        }
        _ => Err(unknown()),
    }
}

fn inflate(decoder: impl Read, name: &str, left: &mut Left) -> Result<Vec<u8>, Error> {
    let most = u64::try_from(left.bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut data = Vec::new();

    decoder
        .take(most)
        .read_to_end(&mut data)
        .map_err(|source| Error::Decompress {
            section: name.to_owned(),
            source,
        })?;
    left.take(name, data.len())?;
    Ok(data)
}

/// Applies the relocations of a section. What they cannot be applied to stays as it is.
fn relocate(
    file: &File<'_>,
    index: usize,
    name: &str,
    data: &mut Cow<'_, [u8]>,
    left: &mut Left,
) -> Result<(), Error> {
    let Some((_, wide, narrow)) = ADDRESS
        .iter()
        .find(|(machine, ..)| *machine == file.header.e_machine)
    else {
        return Ok(());
    };

    for (relocations, _) in file.relocation_sections(index) {
        let relocations = file.relocations(relocations)?;
        if relocations.is_empty() {
            continue;
        }
        if matches!(data, Cow::Borrowed(_)) {
            left.take(name, data.len())?;
        }
        let data = data.to_mut();

        for relocation in relocations.iter() {
            let (Some(value), Ok(at)) = (
                address(file, &relocation),
                usize::try_from(relocation.r_offset),
            ) else {
                continue;
            };
            let bytes = match file.endian() {
                Endianness::Little => value.to_le_bytes(),
                Endianness::Big => value.to_be_bytes(),
            };

            if relocation.r_type == *wide {
                put(data, at, &bytes);
            } else if relocation.r_type == *narrow {
                let (first, second) = bytes.split_at(4);

                put(
                    data,
                    at,
                    match file.endian() {
                        Endianness::Little => first,
                        Endianness::Big => second,
                    },
                );
            }
        }
    }
    Ok(())
}

fn put(data: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = at
        .checked_add(bytes.len())
        .and_then(|end| data.get_mut(at..end))
    {
        place.copy_from_slice(bytes);
    }
}

/// Returns the address of what a relocation refers to.
fn address(file: &File<'_>, relocation: &Relocation) -> Option<u64> {
    let (section, offset) = file.target(relocation)?;

    if file.section(section)?.is_alloc() {
        DebugInfo::address(section, offset)
    } else {
        Some(offset)
    }
}
