// SPDX-License-Identifier: GPL-2.0

//! The units of debug information: what a compiler said of one file, or of one crate.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use gimli::{
    constants, Abbreviations, AttributeValue, DebugAbbrev, DebugAbbrevOffset, DebugInfoOffset,
    EndianSlice, Reader as _, RunTimeEndian, Section, UnitHeader, UnitOffset,
};

use super::error::Error;

/// What reads a section.
pub(in crate::check) type Reader<'a> = EndianSlice<'a, RunTimeEndian>;

/// A unit.
pub(in crate::check) type Unit<'a> = gimli::Unit<Reader<'a>>;

/// The units of a file.
pub(in crate::check) struct Units<'a> {
    dwarf: gimli::Dwarf<Reader<'a>>,
    headers: Vec<UnitHeader<Reader<'a>>>,
    /// Where each table of abbreviations begins.
    tables: BTreeSet<usize>,
}

impl<'a> Units<'a> {
    /// Finds the units.
    ///
    /// # Errors
    ///
    /// If there is something else between them.
    pub(in crate::check) fn new(dwarf: gimli::Dwarf<Reader<'a>>) -> Result<Self, Error> {
        let mut headers = Vec::new();
        let mut tables = BTreeSet::new();
        let mut units = dwarf.units();

        while let Some(header) = units.next()? {
            tables.insert(header.debug_abbrev_offset().0);
            headers.push(header);
        }
        Ok(Self {
            dwarf,
            headers,
            tables,
        })
    }

    /// Returns the debug information.
    pub(in crate::check) fn dwarf(&self) -> &gimli::Dwarf<Reader<'a>> {
        &self.dwarf
    }

    /// Finds the unit that an offset of `.debug_info` is in, by its index, and the offset there.
    pub(in crate::check) fn at(&self, offset: DebugInfoOffset) -> Option<(usize, UnitOffset)> {
        let after = self
            .headers
            .partition_point(|header| start(header) <= offset.0);
        let index = after.checked_sub(1)?;

        Some((index, offset.to_unit_offset(self.headers.get(index)?)?))
    }

    /// Reads a table of abbreviations.
    ///
    /// No table reaches into the next one. It matters for broken files only: many tables with the same end would be read over and
    /// over.
    ///
    /// # Errors
    ///
    /// If it is broken.
    pub(in crate::check) fn abbreviations(
        &self,
        offset: DebugAbbrevOffset,
    ) -> Result<Abbreviations, Error> {
        let all = self.dwarf.debug_abbrev.reader();
        let end = self
            .tables
            .range(offset.0 + 1..)
            .next()
            .map_or(all.len(), |next| all.len().min(*next));
        let bytes = all.slice().get(..end).unwrap_or_default();

        Ok(DebugAbbrev::new(bytes, all.endian()).abbreviations(offset)?)
    }

    /// Begins to read the unit of a header.
    ///
    /// # Errors
    ///
    /// If its first entry is broken.
    pub(in crate::check) fn unit(
        &self,
        header: &UnitHeader<Reader<'a>>,
        abbreviations: Arc<Abbreviations>,
    ) -> Result<Unit<'a>, Error> {
        let encoding = header.encoding();
        let mut unit = gimli::Unit {
            header: *header,
            abbreviations,
            name: None,
            comp_dir: None,
            low_pc: 0,
            str_offsets_base: gimli::DebugStrOffsetsBase::default_for_encoding_and_file(
                encoding,
                gimli::DwarfFileType::Main,
            ),
            addr_base: gimli::DebugAddrBase(0),
            loclists_base: gimli::DebugLocListsBase(0),
            rnglists_base: gimli::DebugRngListsBase::default_for_encoding_and_file(
                encoding,
                gimli::DwarfFileType::Main,
            ),
            // It has a table of files, and many units may have the same one: only who needs it reads it.
            line_program: None,
            dwo_id: None,
        };
        let (mut name, mut comp_dir, mut low_pc) = (None, None, None);
        let abbreviations = Arc::clone(&unit.abbreviations);
        let mut entries = header.entries_raw(&abbreviations, None)?;

        for spec in entries
            .read_abbreviation()?
            .map(gimli::Abbreviation::attributes)
            .unwrap_or_default()
        {
            let attribute = entries.read_attribute(*spec)?;

            match (attribute.name(), attribute.value()) {
                (constants::DW_AT_name, value) => name = Some(value),
                (constants::DW_AT_comp_dir, value) => comp_dir = Some(value),
                (constants::DW_AT_low_pc, value) => low_pc = Some(value),
                (_, AttributeValue::DebugStrOffsetsBase(base)) => unit.str_offsets_base = base,
                (_, AttributeValue::DebugAddrBase(base)) => unit.addr_base = base,
                (_, AttributeValue::DebugRngListsBase(base)) => unit.rnglists_base = base,
                _ => {}
            }
        }
        // Without a base, which can come after them, they cannot be looked up.
        unit.name = name.and_then(|value| self.dwarf.attr_string(&unit, value).ok());
        unit.comp_dir = comp_dir.and_then(|value| self.dwarf.attr_string(&unit, value).ok());
        if let Some(Ok(Some(address))) = low_pc.map(|value| self.dwarf.attr_address(&unit, value)) {
            unit.low_pc = address;
        }
        Ok(unit)
    }

    /// Reads all units.
    ///
    /// # Errors
    ///
    /// If one of them is broken.
    pub(in crate::check) fn read(&self) -> Result<Vec<Unit<'a>>, Error> {
        let mut tables = HashMap::new();
        let mut units = Vec::with_capacity(self.headers.len());

        for header in &self.headers {
            let abbreviations = match tables.entry(header.debug_abbrev_offset()) {
                Entry::Occupied(entry) => Arc::clone(entry.get()),
                Entry::Vacant(entry) => {
                    let table = self.abbreviations(header.debug_abbrev_offset())?;

                    Arc::clone(entry.insert(Arc::new(table)))
                }
            };

            units.push(self.unit(header, abbreviations)?);
        }
        Ok(units)
    }
}

fn start(header: &UnitHeader<Reader<'_>>) -> usize {
    header
        .offset()
        .as_debug_info_offset()
        .map_or(usize::MAX, |offset| offset.0)
}
