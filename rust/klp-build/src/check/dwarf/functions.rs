// SPDX-License-Identifier: GPL-2.0

//! The functions that an object file has, by symbol.

use std::collections::HashMap;

use gimli::{constants, AttributeValue, UnitOffset};

use super::error::Error;
use super::sections::DebugInfo;
use super::units::{Reader, Unit, Units};

/// How many entries may say of themselves that another one has the rest.
const ORIGINS: u32 = 8;

/// How deep the entries of a unit are nested, if they are looked at. To find the end of an entry, all that it has is read: in a
/// broken file, the same bytes could be read once for each.
const DEEPEST: isize = 512;

/// Where the entry of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Function {
    /// The index of its unit.
    pub(in crate::check) unit: usize,
    /// Where it is in the unit.
    pub(in crate::check) offset: UnitOffset,
}

/// What looking for a function found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Found<'a> {
    /// It.
    Function(Function),
    /// Another function of this name, which the compiler found to be the same.
    Merged(&'a [u8]),
    /// Several of its name, and none at its place.
    Several,
    /// Nothing.
    None,
}

/// The functions of an object file.
pub(in crate::check) struct Functions<'a> {
    units: Units<'a>,
    parsed: Vec<Unit<'a>>,
    /// Whether the unit of this index describes types at all.
    has_types: Vec<bool>,
    definitions: Vec<Definition<'a>>,
    by_address: HashMap<u64, Vec<usize>>,
    by_name: HashMap<&'a [u8], Vec<usize>>,
}

/// A function that has code.
struct Definition<'a> {
    function: Function,
    name: &'a [u8],
    /// The name of its symbol, where it is not its name.
    linkage_name: &'a [u8],
}

impl Definition<'_> {
    /// Returns whether the function can have that symbol: what comes after a dot is the compiler's.
    fn has_symbol(&self, symbol: &[u8]) -> bool {
        let plain = symbol.split(|byte| *byte == b'.').next();

        [self.name, self.linkage_name]
            .iter()
            .any(|name| !name.is_empty() && (*name == symbol || Some(*name) == plain))
    }
}

/// What an entry says of a function.
#[derive(Default)]
struct Says<'a> {
    name: &'a [u8],
    linkage_name: &'a [u8],
    address: Option<u64>,
    has_code: bool,
    origin: Option<AttributeValue<Reader<'a>>>,
}

impl<'a> Functions<'a> {
    /// Finds the functions that have code.
    ///
    /// # Errors
    ///
    /// If the debug information is broken.
    pub(in crate::check) fn new(info: &'a DebugInfo<'_>) -> Result<Self, Error> {
        let units = Units::new(info.dwarf())?;
        let parsed = units.read()?;
        let mut functions = Self {
            units,
            has_types: vec![false; parsed.len()],
            parsed,
            definitions: Vec::new(),
            by_address: HashMap::new(),
            by_name: HashMap::new(),
        };

        for unit in 0..functions.parsed.len() {
            functions.scan(unit)?;
        }
        Ok(functions)
    }

    fn scan(&mut self, index: usize) -> Result<(), Error> {
        let Some(unit) = self.parsed.get(index) else {
            return Ok(());
        };
        let mut has_types = false;
        let mut found = Vec::new();
        let mut entries = unit.entries_raw(None)?;

        while !entries.is_empty() {
            let offset = entries.next_offset();
            if entries.next_depth() > DEEPEST {
                return Ok(());
            }
            let Some(abbreviation) = entries.read_abbreviation()? else {
                continue;
            };

            match abbreviation.tag() {
                constants::DW_TAG_subprogram => {
                    let mut says = Says::default();

                    for spec in abbreviation.attributes() {
                        let attribute = entries.read_attribute(*spec)?;
                        self.note(unit, &mut says, attribute.name(), attribute.value());
                    }
                    if says.has_code {
                        found.push((offset, says));
                    }
                    continue;
                }
                constants::DW_TAG_base_type | constants::DW_TAG_pointer_type => has_types = true,
                _ => {}
            }
            entries.skip_attributes(abbreviation.attributes())?;
        }
        let found: Vec<_> = found
            .into_iter()
            .map(|(offset, mut says)| {
                self.complete(index, &mut says);
                (offset, says)
            })
            .collect();

        for (offset, says) in found {
            let number = self.definitions.len();

            if let Some(address) = says.address {
                self.by_address.entry(address).or_default().push(number);
            }
            for name in [says.name, says.linkage_name] {
                let of_name = self.by_name.entry(name).or_default();

                if !name.is_empty() && of_name.last() != Some(&number) {
                    of_name.push(number);
                }
            }
            self.definitions.push(Definition {
                function: Function {
                    unit: index,
                    offset,
                },
                name: says.name,
                linkage_name: says.linkage_name,
            });
        }
        if let Some(known) = self.has_types.get_mut(index) {
            *known = has_types;
        }
        Ok(())
    }

    /// Takes note of an attribute of a function.
    fn note(
        &self,
        unit: &Unit<'a>,
        says: &mut Says<'a>,
        name: gimli::DwAt,
        value: AttributeValue<Reader<'a>>,
    ) {
        let dwarf = self.units.dwarf();
        let string = |value| {
            dwarf
                .attr_string(unit, value)
                .map(|string| string.slice())
                .unwrap_or_default()
        };

        match name {
            constants::DW_AT_name if says.name.is_empty() => says.name = string(value),
            constants::DW_AT_linkage_name | constants::DW_AT_MIPS_linkage_name
                if says.linkage_name.is_empty() =>
            {
                says.linkage_name = string(value);
            }
            constants::DW_AT_low_pc => {
                says.has_code = true;
                says.address = dwarf.attr_address(unit, value).ok().flatten();
            }
            // Its code is in several places: it begins with the first of them.
            constants::DW_AT_ranges => {
                says.has_code = true;
                says.address = says.address.or_else(|| {
                    let range = dwarf.attr_ranges(unit, value).ok()??.next().ok()??;

                    Some(range.begin)
                });
            }
            constants::DW_AT_abstract_origin | constants::DW_AT_specification => {
                says.origin = Some(value);
            }
            _ => {}
        }
    }

    /// Looks up what the entry leaves to another one.
    fn complete(&self, index: usize, says: &mut Says<'a>) {
        let mut at = index;

        for _ in 0..ORIGINS {
            let Some(function) = says.origin.take().and_then(|value| self.refer(at, value)) else {
                return;
            };
            let Some(unit) = self.parsed.get(function.unit) else {
                return;
            };
            let Ok(entry) = unit.entry(function.offset) else {
                return;
            };
            let (address, has_code) = (says.address, says.has_code);
            let mut attributes = entry.attrs();

            while let Ok(Some(attribute)) = attributes.next() {
                self.note(unit, says, attribute.name(), attribute.value());
            }
            (says.address, says.has_code) = (address, has_code);
            at = function.unit;
        }
    }

    /// Returns the entry that an attribute of a unit refers to.
    pub(in crate::check) fn refer(
        &self,
        unit: usize,
        value: AttributeValue<Reader<'a>>,
    ) -> Option<Function> {
        match value {
            AttributeValue::UnitRef(offset) => Some(Function { unit, offset }),
            AttributeValue::DebugInfoRef(offset) => {
                let (unit, offset) = self.units.at(offset)?;

                Some(Function { unit, offset })
            }
            _ => None,
        }
    }

    /// Returns the debug information.
    pub(in crate::check) fn dwarf(&self) -> &gimli::Dwarf<Reader<'a>> {
        self.units.dwarf()
    }

    /// Returns the unit of an index.
    pub(in crate::check) fn unit(&self, index: usize) -> Option<&Unit<'a>> {
        self.parsed.get(index)
    }

    /// Returns whether the unit of an index describes types; without, it is only for backtraces.
    pub(in crate::check) fn has_types(&self, index: usize) -> bool {
        self.has_types.get(index).copied().unwrap_or_default()
    }

    /// Finds the function that has a symbol, which is at an address if that is known.
    pub(in crate::check) fn find(&self, symbol: &[u8], address: Option<u64>) -> Found<'_> {
        let at_address = address
            .and_then(|address| self.by_address.get(&address))
            .map_or(&[][..], Vec::as_slice);
        let of_name = self.by_name.get(symbol).map_or(&[][..], Vec::as_slice);
        let definition = |number: &usize| self.definitions.get(*number);
        let at = at_address.iter().filter_map(definition);

        if let Some(definition) = at
            .clone()
            .find(|definition| symbol.is_empty() || definition.has_symbol(symbol))
        {
            return Found::Function(definition.function);
        }
        match of_name {
            [number] => {
                definition(number).map_or(Found::None, |found| Found::Function(found.function))
            }
            [] => at
                .map(|definition| Found::Merged(definition.name))
                .next()
                .unwrap_or(Found::None),
            _ => Found::Several,
        }
    }
}
