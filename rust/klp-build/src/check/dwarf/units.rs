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

    /// Returns the headers of the units, in the order of the file.
    pub(in crate::check) fn headers(&self) -> &[UnitHeader<Reader<'a>>] {
        &self.headers
    }

    /// Returns where a unit begins in `.debug_info`, and all that it has there.
    pub(in crate::check) fn bytes(&self, header: &UnitHeader<Reader<'a>>) -> (usize, &'a [u8]) {
        let start = start(header);
        let bytes = start
            .checked_add(header.length_including_self())
            .and_then(|end| self.dwarf.debug_info.reader().slice().get(start..end));

        (start, bytes.unwrap_or_default())
    }

    /// Returns the bytes of a table of abbreviations.
    pub(in crate::check) fn table(&self, offset: DebugAbbrevOffset) -> &'a [u8] {
        let all = self.dwarf.debug_abbrev.reader().slice();

        all.get(offset.0..self.table_end(offset))
            .unwrap_or_default()
    }

    /// Returns where a table of abbreviations has to end.
    fn table_end(&self, offset: DebugAbbrevOffset) -> usize {
        let all = self.dwarf.debug_abbrev.reader().len();

        self.tables
            .range(offset.0.saturating_add(1)..)
            .next()
            .map_or(all, |next| all.min(*next))
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
        let bytes = all
            .slice()
            .get(..self.table_end(offset))
            .unwrap_or_default();

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

    /// Returns the path of a source file, as a unit numbers them.
    pub(in crate::check) fn file(&self, unit: &Unit<'a>, index: u64) -> Option<String> {
        let mut entries = unit.entries();

        entries.next_entry().ok()?;
        let lines = match entries.current()?.attr_value(constants::DW_AT_stmt_list) {
            Ok(Some(AttributeValue::DebugLineRef(offset))) => offset,
            _ => return None,
        };
        let program = self
            .dwarf
            .debug_line
            .program(lines, unit.header.address_size(), unit.comp_dir, unit.name)
            .ok()?;
        let file = program.header().file(index)?;
        let string = |value| {
            self.dwarf
                .attr_string(unit, value)
                .map(|string| string.to_string_lossy().into_owned())
                .ok()
        };
        let name = string(file.path_name())?;

        Some(
            match file.directory(program.header()).and_then(string).as_deref() {
                None | Some("" | ".") => name,
                Some(directory) => {
                    let directory = directory.strip_prefix("./").unwrap_or(directory);

                    format!("{directory}/{name}")
                }
            },
        )
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
