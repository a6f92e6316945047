// SPDX-License-Identifier: GPL-2.0

//! The inlined copies of functions, from DWARF.
//!
//! ```text
//!  DW_TAG_subprogram [A]  f                 the function, apart from its code
//!  DW_TAG_subprogram      [A] low_pc        its code
//!  DW_TAG_subprogram      g   low_pc
//!    DW_TAG_inlined_subroutine [A] low_pc   a copy of it
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use gimli::{constants, AttributeValue, DebugInfoOffset, Reader as _, Section as _, UnitOffset};

use super::needles::Needles;
use super::sources::{Offset, Sources};
use crate::check::dwarf::{DebugInfo, Error, Reader, Unit, Units};

/// In a table of abbreviations: `DW_AT_abstract_origin` that refers to another unit, as after link time optimisation.
const OTHER_UNIT: [u8; 2] = [0x31, 0x10];

/// A function to look for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Where its code is in the debug information, if that is known.
    pub(super) address: Option<u64>,
}

/// A function that another one was inlined into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Caller {
    /// Its name.
    pub(super) name: String,
    /// The source file that was compiled.
    pub(super) file: String,
    /// Where its code begins.
    pub(super) address: Option<u64>,
}

/// What was found of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Copies {
    /// The functions that it was inlined into.
    In(Vec<Caller>),
    /// It is not in the debug information, or has no code there.
    Missing,
    /// There are several of its name, and which of them it is cannot be told.
    Ambiguous,
}

/// What a unit says.
#[derive(Default)]
struct Says {
    /// The functions of a wanted name: where, and which name.
    named: Vec<(Offset, usize)>,
    /// Code: of which function, where the entry is, and where the code begins.
    code: Vec<(Offset, Offset, Option<u64>)>,
    /// Copies: of which function, and in which one.
    copies: Vec<(Offset, Offset)>,
}

/// Finds the inlined copies of functions, for each of them.
///
/// # Errors
///
/// If the debug information is broken.
pub(super) fn find(info: &DebugInfo<'_>, wanted: &[Wanted<'_>]) -> Result<Vec<Copies>, Error> {
    let dwarf = info.dwarf();
    let names: Vec<_> = wanted.iter().map(|wanted| wanted.name).collect();
    let needles = Needles::new(
        &names,
        dwarf.debug_str.reader().slice(),
        dwarf.debug_str.reader().endian(),
    );
    let units = Units::new(dwarf)?;
    let says = scan(&units, &needles)?;
    let mut functions: HashMap<usize, HashSet<Offset>> = HashMap::new();

    for (offset, name) in &says.named {
        functions.entry(*name).or_default().insert(*offset);
    }
    let none = HashSet::new();
    let sources = Sources::new(&units);

    Ok(wanted
        .iter()
        .map(|wanted| match needles.named(wanted.name.as_bytes()) {
            Some(name) => copies_of(
                wanted,
                functions.get(&name).unwrap_or(&none),
                &says,
                &sources,
            ),
            None => Copies::Missing,
        })
        .collect())
}

/// Returns the copies of a function; `functions` are those of its name.
fn copies_of(
    wanted: &Wanted<'_>,
    functions: &HashSet<Offset>,
    says: &Says,
    sources: &Sources<'_, '_>,
) -> Copies {
    let code: Vec<_> = says
        .code
        .iter()
        .filter(|(function, ..)| functions.contains(function))
        .collect();
    let identities: BTreeSet<_> = code
        .iter()
        .map(|(function, ..)| sources.identity(*function))
        .collect();
    let at_address = code
        .iter()
        .find(|(.., address)| address.is_some() && *address == wanted.address)
        .map(|(function, ..)| sources.identity(*function));
    let identity = match (at_address, identities.len()) {
        (Some(identity), _) => identity,
        (None, 0) => return Copies::Missing,
        (None, 1) => identities.into_iter().next().unwrap_or_default(),
        (None, _) => return Copies::Ambiguous,
    };
    let same: HashSet<_> = functions
        .iter()
        .filter(|function| sources.identity(**function) == identity)
        .collect();
    // A copy in the function itself is replaced with it.
    let itself: HashSet<_> = code
        .iter()
        .filter(|(function, ..)| same.contains(function))
        .map(|(_, entry, _)| *entry)
        .collect();
    let callers: BTreeSet<_> = says
        .copies
        .iter()
        .filter(|(function, caller)| same.contains(function) && !itself.contains(caller))
        .map(|(_, caller)| *caller)
        .collect();
    let callers: BTreeSet<_> = callers
        .into_iter()
        .filter_map(|caller| sources.caller(caller))
        .collect();

    Copies::In(callers.into_iter().collect())
}

/// Reads what the units say of the functions that are looked for.
fn scan(units: &Units<'_>, needles: &Needles<'_>) -> Result<Says, Error> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(header) = units.headers().get(index) else {
            return;
        };
        let says = read(units, header, needles);

        if !matches!(&says, Ok(says) if says.is_empty()) {
            found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((index, says));
        }
    };

    thread::scope(|scope| {
        for _ in 1..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut all = Says::default();

    found.sort_by_key(|(index, _)| *index);
    for (_, says) in found {
        let Says {
            named,
            code,
            copies,
        } = says?;

        all.named.extend(named);
        all.code.extend(code);
        all.copies.extend(copies);
    }
    Ok(all)
}

impl Says {
    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.code.is_empty() && self.copies.is_empty()
    }
}

/// Reads a unit, if it can have to do with the functions that are looked for.
fn read<'a>(
    units: &Units<'a>,
    header: &gimli::UnitHeader<Reader<'a>>,
    needles: &Needles<'_>,
) -> Result<Says, Error> {
    let (start, bytes) = units.bytes(header);
    let offset = header.debug_abbrev_offset();
    // Where names are looked up by number, the bytes do not tell.
    let has_numbers = !units.dwarf().debug_str_offsets.reader().is_empty();
    let refers_to_others = units
        .table(offset)
        .windows(OTHER_UNIT.len())
        .any(|window| window == OTHER_UNIT);

    if !has_numbers && !refers_to_others && !needles.can_be_in(bytes) {
        return Ok(Says::default());
    }
    let unit = units.unit(header, Arc::new(units.abbreviations(offset)?))?;
    let mut says = entries(units, &unit, start, needles)?;
    let own = start..start.saturating_add(bytes.len());
    let named: HashSet<_> = says.named.iter().map(|(offset, _)| *offset).collect();
    let matters = |function: &Offset| !own.contains(function) || named.contains(function);

    says.code.retain(|(function, ..)| matters(function));
    says.copies.retain(|(function, _)| matters(function));
    Ok(says)
}

/// Reads all entries of a unit.
fn entries<'a>(
    units: &Units<'a>,
    unit: &Unit<'a>,
    start: Offset,
    needles: &Needles<'_>,
) -> Result<Says, Error> {
    let mut says = Says::default();
    // The functions that the entry is in, with their depth.
    let mut within: Vec<(isize, Offset)> = Vec::new();
    let mut entries = unit.entries_raw(None)?;

    while !entries.is_empty() {
        let offset = start.saturating_add(entries.next_offset().0);
        let depth = entries.next_depth();
        let Some(abbreviation) = entries.read_abbreviation()? else {
            continue;
        };
        let is_function = match abbreviation.tag() {
            constants::DW_TAG_subprogram => true,
            constants::DW_TAG_inlined_subroutine => false,
            _ => {
                entries.skip_attributes(abbreviation.attributes())?;
                continue;
            }
        };
        let (mut origin, mut address, mut has_code) = (None, None, false);

        for spec in abbreviation.attributes() {
            let attribute = entries.read_attribute(*spec)?;
            let value = attribute.value();

            match attribute.name() {
                constants::DW_AT_name if is_function => {
                    if let Some(name) = wanted_name(units, unit, value, needles) {
                        says.named.push((offset, name));
                    }
                }
                constants::DW_AT_low_pc => {
                    has_code = true;
                    address = units.dwarf().attr_address(unit, value).ok().flatten();
                }
                constants::DW_AT_ranges => {
                    has_code = true;
                    address = address.or_else(|| first_address(units, unit, value));
                }
                constants::DW_AT_abstract_origin => origin = reference(start, value),
                _ => {}
            }
        }
        while within.last().is_some_and(|(outer, _)| *outer >= depth) {
            within.pop();
        }
        if is_function {
            within.push((depth, offset));
            if has_code {
                says.code.push((origin.unwrap_or(offset), offset, address));
            }
        } else if let (true, Some(function), Some((_, caller))) = (has_code, origin, within.last())
        {
            says.copies.push((function, *caller));
        }
    }
    Ok(says)
}

fn wanted_name<'a>(
    units: &Units<'a>,
    unit: &Unit<'a>,
    value: AttributeValue<Reader<'a>>,
    needles: &Needles<'_>,
) -> Option<usize> {
    match value {
        AttributeValue::DebugStrRef(offset) => needles.at(offset.0),
        AttributeValue::String(string) => needles.named(string.slice()),
        value => needles.named(units.dwarf().attr_string(unit, value).ok()?.slice()),
    }
}

fn first_address<'a>(
    units: &Units<'a>,
    unit: &Unit<'a>,
    value: AttributeValue<Reader<'a>>,
) -> Option<u64> {
    let mut ranges = units.dwarf().attr_ranges(unit, value).ok()??;

    Some(ranges.next().ok()??.begin)
}

/// Returns what an attribute refers to, of a unit that begins at `start`.
fn reference(start: Offset, value: AttributeValue<Reader<'_>>) -> Option<Offset> {
    match value {
        AttributeValue::UnitRef(UnitOffset(offset)) => start.checked_add(offset),
        AttributeValue::DebugInfoRef(DebugInfoOffset(offset)) => Some(offset),
        _ => None,
    }
}
