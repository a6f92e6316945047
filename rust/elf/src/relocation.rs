// SPDX-License-Identifier: GPL-2.0

//! Relocations.

use object::elf::{Rel64, Rela64, SHT_RELA};
use object::endian::{I64, U64};
use object::pod::{bytes_of, slice_from_all_bytes};
use object::Endianness;

use crate::{Error, Section};

/// The size of an entry with an addend.
pub(crate) const RELA_SIZE: usize = size_of::<Rela64<Endianness>>();
/// The size of an entry without one.
const REL_SIZE: usize = size_of::<Rel64<Endianness>>();

/// A relocation: what is to be written where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// The offset in the section that it applies to.
    pub r_offset: u64,
    /// The index of the symbol.
    pub r_sym: u32,
    /// `R_X86_64_PC32` and the like: what the architecture makes of it.
    pub r_type: u32,
    /// What is added to the symbol's value; 0 in a section without addends.
    pub r_addend: i64,
}

impl Relocation {
    /// Writes it as an entry of a section of type `SHT_RELA`.
    pub fn write(&self, endian: Endianness, output: &mut Vec<u8>) {
        let r_info = (u64::from(self.r_sym) << 32) | u64::from(self.r_type);
        let entry = Rela64 {
            r_offset: U64::new(endian, self.r_offset),
            r_info: U64::new(endian, r_info),
            r_addend: I64::new(endian, self.r_addend),
        };
        output.extend_from_slice(bytes_of(&entry));
    }
}

/// The entries of a section of relocations, in their order.
#[derive(Clone, Copy, Debug)]
pub enum Relocations<'a> {
    /// With addends: `SHT_RELA`.
    Rela(Endianness, &'a [Rela64<Endianness>]),
    /// Without: `SHT_REL`.
    Rel(Endianness, &'a [Rel64<Endianness>]),
}

impl<'a> Relocations<'a> {
    /// Reads those of the section of the index `section`.
    pub(crate) fn of(
        endian: Endianness,
        index: usize,
        section: &'a Section<'_>,
    ) -> Result<Self, Error> {
        let entries = |entsize| {
            move |()| Error::Entries {
                section: index,
                name: section.name.to_string(),
                entsize,
            }
        };

        Ok(if section.sh_type == SHT_RELA {
            Self::Rela(
                endian,
                slice_from_all_bytes(section.bytes()).map_err(entries(RELA_SIZE))?,
            )
        } else {
            Self::Rel(
                endian,
                slice_from_all_bytes(section.bytes()).map_err(entries(REL_SIZE))?,
            )
        })
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        match self {
            Self::Rela(_, entries) => entries.len(),
            Self::Rel(_, entries) => entries.len(),
        }
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns an entry.
    pub fn get(&self, index: usize) -> Option<Relocation> {
        Some(match *self {
            Self::Rela(endian, entries) => {
                let entry = entries.get(index)?;
                let r_info = entry.r_info.get(endian);
                Relocation {
                    r_offset: entry.r_offset.get(endian),
                    r_sym: (r_info >> 32) as u32,
                    r_type: r_info as u32,
                    r_addend: entry.r_addend.get(endian),
                }
            }
            Self::Rel(endian, entries) => {
                let entry = entries.get(index)?;
                let r_info = entry.r_info.get(endian);
                Relocation {
                    r_offset: entry.r_offset.get(endian),
                    r_sym: (r_info >> 32) as u32,
                    r_type: r_info as u32,
                    r_addend: 0,
                }
            }
        })
    }

    /// Returns the entries.
    pub fn iter(self) -> impl Iterator<Item = Relocation> + 'a {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}
