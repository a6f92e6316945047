// SPDX-License-Identifier: GPL-2.0

//! Which function of the source an entry of the debug information is about.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use gimli::{constants, AttributeValue, DebugInfoOffset};

use super::copies::Caller;
use crate::check::dwarf::{Reader, Unit, Units};

/// How many entries may say of themselves that another one has the rest.
const ORIGINS: u32 = 8;

/// Where an entry is in `.debug_info`.
pub(super) type Offset = usize;

/// A function of the source: the file and the line of its declaration.
///
/// Static functions of one name in different files are different ones; that of a header is one in all files.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    file: String,
    line: u64,
}

/// Looks up functions of the source.
pub(super) struct Sources<'b, 'a> {
    units: &'b Units<'a>,
    parsed: RefCell<HashMap<usize, Option<Arc<Unit<'a>>>>>,
    identities: RefCell<HashMap<Offset, Identity>>,
}

/// What entries say of a function.
#[derive(Default)]
struct Says {
    name: Option<String>,
    file: Option<String>,
    line: Option<u64>,
    address: Option<u64>,
    has_code: bool,
}

impl<'b, 'a> Sources<'b, 'a> {
    pub(super) fn new(units: &'b Units<'a>) -> Self {
        Self {
            units,
            parsed: RefCell::default(),
            identities: RefCell::default(),
        }
    }

    /// Returns which function an entry is about.
    pub(super) fn identity(&self, offset: Offset) -> Identity {
        if let Some(known) = self.identities.borrow().get(&offset) {
            return known.clone();
        }
        let says = self.says(offset, true).unwrap_or_default();
        let identity = match (says.file, says.line) {
            (Some(file), Some(line)) => Identity { file, line },
            // One that the compiler made is like no other.
            _ => Identity {
                file: format!("entry {offset:#x}"),
                line: 0,
            },
        };

        self.identities
            .borrow_mut()
            .insert(offset, identity.clone());
        identity
    }

    /// Returns the function whose code an entry is; [`None`] if it has none.
    pub(super) fn caller(&self, offset: Offset) -> Option<Caller> {
        let says = self.says(offset, false).filter(|says| says.has_code)?;
        let (index, _) = self.units.at(DebugInfoOffset(offset))?;
        let unit = self.unit(index)?;

        Some(Caller {
            name: says.name?,
            file: unit
                .name
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            address: says.address,
        })
    }

    fn unit(&self, index: usize) -> Option<Arc<Unit<'a>>> {
        if let Some(known) = self.parsed.borrow().get(&index) {
            return known.clone();
        }
        let parse = || {
            let header = self.units.headers().get(index)?;
            let table = self
                .units
                .abbreviations(header.debug_abbrev_offset())
                .ok()?;

            self.units.unit(header, Arc::new(table)).ok().map(Arc::new)
        };
        let unit = parse();

        self.parsed.borrow_mut().insert(index, unit.clone());
        unit
    }

    /// Reads an entry, and those which it leaves the rest to.
    fn says(&self, offset: Offset, with_file: bool) -> Option<Says> {
        let mut says = Says::default();
        let mut next = Some(DebugInfoOffset(offset));

        for depth in 0..ORIGINS {
            let Some(at) = next.take() else {
                break;
            };
            let (index, offset) = self.units.at(at)?;
            let unit = self.unit(index)?;
            let entry = unit.entry(offset).ok()?;
            let mut attributes = entry.attrs();

            while let Some(attribute) = attributes.next().ok()? {
                let value = attribute.value();

                match attribute.name() {
                    constants::DW_AT_name if says.name.is_none() => {
                        says.name = self.string(&unit, value);
                    }
                    constants::DW_AT_decl_file if with_file && says.file.is_none() => {
                        says.file = number(value).and_then(|index| self.units.file(&unit, index));
                    }
                    constants::DW_AT_decl_line if says.line.is_none() => says.line = number(value),
                    // Code is this entry's, and not that of another one.
                    constants::DW_AT_low_pc if depth == 0 => {
                        says.has_code = true;
                        says.address = self.units.dwarf().attr_address(&unit, value).ok()?;
                    }
                    constants::DW_AT_ranges if depth == 0 => says.has_code = true,
                    constants::DW_AT_abstract_origin | constants::DW_AT_specification => {
                        next = match value {
                            AttributeValue::UnitRef(offset) => {
                                offset.to_debug_info_offset(&unit.header)
                            }
                            AttributeValue::DebugInfoRef(offset) => Some(offset),
                            _ => None,
                        };
                    }
                    _ => {}
                }
            }
        }
        Some(says)
    }

    fn string(&self, unit: &Unit<'a>, value: AttributeValue<Reader<'a>>) -> Option<String> {
        let string = self.units.dwarf().attr_string(unit, value).ok()?;

        Some(string.to_string_lossy().into_owned())
    }
}

fn number(value: AttributeValue<Reader<'_>>) -> Option<u64> {
    match value {
        AttributeValue::FileIndex(index) => Some(index),
        value => value.udata_value(),
    }
}
