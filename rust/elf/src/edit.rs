// SPDX-License-Identifier: GPL-2.0

//! Changes to a [`File`].

use object::elf::{Rel64, SHF_INFO_LINK, SHT_GROUP, SHT_RELA};
use object::endian::{U32, U64};
use object::pod::{bytes_of, slice_from_all_bytes};
use object::Endianness;

use crate::relocation::RELA_SIZE;
use crate::{Contents, Error, File, Place, Relocation, Section, Symbol};

/// Where an index went: [`None`] if what it meant was removed.
type Map = Vec<Option<usize>>;

impl<'a> File<'a> {
    /// Appends a section, and returns its index.
    pub fn push_section(&mut self, section: Section<'a>) -> usize {
        self.sections.push(section);
        self.sections.len() - 1
    }

    /// Replaces what a section of type `SHT_RELA` holds.
    pub fn set_relocations(&mut self, section: usize, relocations: &[Relocation]) {
        let endian = self.endian();
        let mut contents = Vec::with_capacity(relocations.len() * RELA_SIZE);

        for relocation in relocations {
            relocation.write(endian, &mut contents);
        }
        if let Some(section) = self.sections.get_mut(section) {
            section.contents = contents.into();
        }
    }

    /// Removes the sections for which `keep` returns false; the first and the tables of symbols and names stay.
    ///
    /// # Errors
    ///
    /// A section that stays, or a symbol, refers to one that is to go. The file is then as it was.
    pub fn retain_sections(
        &mut self,
        mut keep: impl FnMut(usize, &Section<'a>) -> bool,
    ) -> Result<(), Error> {
        let is_table = |index| index == 0 || index == self.shstrtab || Some(index) == self.symtab;
        let map = renumber(
            self.sections
                .iter()
                .enumerate()
                .map(|(index, section)| is_table(index) || keep(index, section)),
        );
        let mut sections = Vec::with_capacity(self.sections.len());

        for (index, section) in self.sections.iter().enumerate() {
            if map.get(index).copied().flatten().is_some() {
                sections.push(self.moved(section, &map)?);
            }
        }
        let mut places = Vec::with_capacity(self.symbols.len());
        for symbol in &self.symbols {
            places.push(match symbol.place {
                Place::Section(section) => Place::Section(
                    self.follow(section, &map, || format!("symbol {}", symbol.name))?,
                ),
                place => place,
            });
        }

        self.shstrtab = map.get(self.shstrtab).copied().flatten().unwrap_or(0);
        self.symtab = self
            .symtab
            .and_then(|symtab| map.get(symtab).copied().flatten());
        self.sections = sections;
        for (symbol, place) in self.symbols.iter_mut().zip(places) {
            symbol.place = place;
        }
        Ok(())
    }

    /// Returns where the section of an index went.
    fn follow(&self, section: usize, map: &Map, by: impl Fn() -> String) -> Result<usize, Error> {
        match map.get(section) {
            Some(Some(index)) => Ok(*index),
            Some(None) => Err(Error::InUse {
                what: format!(
                    "section {}",
                    self.section(section).map_or("", |section| &section.name)
                ),
                by: by(),
            }),
            // It was wrong before; the kernel and its tools never follow it.
            None => Ok(section),
        }
    }

    /// Returns a section with what it refers to by the indices that `map` says.
    fn moved(&self, section: &Section<'a>, map: &Map) -> Result<Section<'a>, Error> {
        let by = || format!("section {}", section.name);
        let follow = |index: u32| -> Result<u32, Error> {
            let new = self.follow(index as usize, map, by)?;
            // Indices only shrink.
            Ok(u32::try_from(new).unwrap_or(index))
        };
        let mut moved = section.clone();

        moved.sh_link = follow(section.sh_link)?;
        if section.is_relocations() || section.sh_flags & u64::from(SHF_INFO_LINK) != 0 {
            moved.sh_info = follow(section.sh_info)?;
        }
        if section.sh_type == SHT_GROUP {
            let endian = self.endian();
            let members: &[U32<Endianness>] =
                slice_from_all_bytes(section.bytes()).map_err(|()| Error::Entries {
                    section: 0,
                    name: section.name.to_string(),
                    entsize: size_of::<u32>(),
                })?;
            let mut contents = Vec::with_capacity(section.bytes().len());
            for (position, member) in members.iter().enumerate() {
                // The first is flags.
                let member = match position {
                    0 => member.get(endian),
                    _ => follow(member.get(endian))?,
                };
                contents.extend_from_slice(bytes_of(&U32::new(endian, member)));
            }
            moved.contents = contents.into();
        }
        Ok(moved)
    }

    /// Removes the symbols for which `keep` returns false; the first, which is empty, stays.
    ///
    /// # Errors
    ///
    /// A relocation refers to one that is to go, or to one that is not there. The file is then as it was.
    pub fn retain_symbols(
        &mut self,
        mut keep: impl FnMut(usize, &Symbol<'a>) -> bool,
    ) -> Result<(), Error> {
        let map = renumber(
            self.symbols
                .iter()
                .enumerate()
                .map(|(index, symbol)| index == 0 || keep(index, symbol)),
        );
        self.refer_to_symbols(&map)?;
        let mut index = 0;
        self.symbols.retain(|_| {
            index += 1;
            matches!(map.get(index - 1), Some(Some(_)))
        });
        Ok(())
    }

    /// Puts local symbols before all others, as a table of symbols must have them, and changes nothing else of their order.
    ///
    /// # Errors
    ///
    /// A relocation refers to a symbol that is not there. The file is then as it was.
    pub fn sort_symbols(&mut self) -> Result<(), Error> {
        if self.symbols.is_sorted_by_key(|symbol| !symbol.is_local()) {
            return Ok(());
        }
        let mut order: Vec<usize> = (0..self.symbols.len()).collect();
        // The first is local, so it stays the first.
        order.sort_by_key(|&index| {
            index != 0
                && self
                    .symbols
                    .get(index)
                    .is_some_and(|symbol| !symbol.is_local())
        });
        let mut map = vec![None; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(place) = map.get_mut(old) {
                *place = Some(new);
            }
        }
        self.refer_to_symbols(&map)?;
        self.symbols = order
            .iter()
            .filter_map(|&old| self.symbols.get(old).cloned())
            .collect();
        Ok(())
    }

    /// Lets everything that refers to a symbol do so by the index that `map` says.
    fn refer_to_symbols(&mut self, map: &Map) -> Result<(), Error> {
        if map.iter().enumerate().all(|(old, new)| *new == Some(old)) {
            return Ok(());
        }
        let mut changed = Vec::new();

        for (index, section) in self.sections.iter().enumerate() {
            if Some(section.sh_link as usize) != self.symtab {
                continue;
            }
            let follow = |symbol: u32| match map.get(symbol as usize) {
                Some(Some(new)) => Ok(u32::try_from(*new).unwrap_or(symbol)),
                Some(None) => Err(Error::InUse {
                    what: format!("symbol {}", self.symbol_name(symbol)),
                    by: format!("section {}", section.name),
                }),
                None => Err(Error::NoSymbol {
                    symbol: symbol as usize,
                    section: index,
                    name: section.name.to_string(),
                }),
            };
            if section.is_relocations() {
                changed.push((index, None, Some(self.renumbered(index, section, follow)?)));
            } else if section.sh_type == SHT_GROUP {
                changed.push((index, Some(follow(section.sh_info)?), None));
            }
        }
        for (index, sh_info, contents) in changed {
            if let Some(section) = self.sections.get_mut(index) {
                section.sh_info = sh_info.unwrap_or(section.sh_info);
                if let Some(contents) = contents {
                    section.contents = contents;
                }
            }
        }
        Ok(())
    }

    /// Returns relocations with their symbols by other indices.
    fn renumbered(
        &self,
        index: usize,
        section: &Section<'a>,
        follow: impl Fn(u32) -> Result<u32, Error>,
    ) -> Result<Contents<'a>, Error> {
        let endian = self.endian();
        let mut contents = Vec::with_capacity(section.bytes().len());

        for mut relocation in self.relocations(index)?.iter() {
            relocation.r_sym = follow(relocation.r_sym)?;
            if section.sh_type == SHT_RELA {
                relocation.write(endian, &mut contents);
            } else {
                let r_info = (u64::from(relocation.r_sym) << 32) | u64::from(relocation.r_type);
                contents.extend_from_slice(bytes_of(&Rel64 {
                    r_offset: U64::new(endian, relocation.r_offset),
                    r_info: U64::new(endian, r_info),
                }));
            }
        }
        Ok(contents.into())
    }
}

/// Returns where the indices go when only those stay that are true in `keep`.
fn renumber(keep: impl Iterator<Item = bool>) -> Map {
    let mut next = 0;
    keep.map(|keep| {
        keep.then(|| {
            next += 1;
            next - 1
        })
    })
    .collect()
}
