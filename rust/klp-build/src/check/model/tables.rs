// SPDX-License-Identifier: GPL-2.0

//! The tables that `klp_enable_patch()` takes: `struct klp_patch` and what it points to.
//!
//! ```text
//!  klp_patch              klp_object, one an object          klp_func, one a function
//!  0  mod                 0  name ──► string, or vmlinux     0  old_name ──► string
//!  8  objs ─────────────► 8  funcs ────────────────────────► 8  new_func ──► code
//!  16 states              16 callbacks                       16 old_sympos
//!  24 replace             ..                                 ..
//! ```
//!
//! What comes behind belongs to the kernel, and makes the size of an entry depend on its configuration. The size is taken from
//! the kernel's BTF or, without it, found out: each entry but the last, which is zeroes, has its pointers.
//!
//! A C module has the address of the module in `mod`; ours sets it at run time, so `objs` is what a patch is known by.

use super::read::{Layout, Unreadable};
use super::{Func, Kind, Livepatch, NewFunc, Object, State};
use crate::check::module::{Module, Pointer};
use livepatch_abi::note::{self, key};
use livepatch_abi::object::VMLINUX;
use livepatch_abi::section::PARAM;
use livepatch_elf::elf::EM_X86_64;

/// The most entries that a table has; ten times what anybody has seen.
pub(super) const MAX_ENTRIES: usize = 100_000;

/// The offsets that all kernels agree on, as C's `offsetof` has them.
const OBJS: u64 = 8;
const STATES: u64 = 16;
const REPLACE: u64 = 24;
const OBJECT_NAME: u64 = 0;
const OBJECT_FUNCS: u64 = 8;
const OLD_NAME: u64 = 0;
const NEW_FUNC: u64 = 8;
const OLD_SYMPOS: u64 = 16;
const STATE_ID: u64 = 0;
const STATE_VERSION: u64 = 8;

/// The size of `struct klp_state`, which has nothing that depends on a configuration.
const STATE_SIZE: u64 = 24;

/// An object has at least its name, its functions and its callbacks.
const MIN_OBJECT: u64 = 56;

/// A patch has at least what its author writes.
const MIN_PATCH: u64 = 32;

/// More than any section of a module has.
const MAX_SECTION: u64 = 1 << 40;

/// The function that takes the tables.
const ENABLE: &str = "klp_enable_patch";

/// Reads the tables; [`None`] if the file has none.
pub(super) fn read(module: &Module<'_>, layout: Layout) -> Result<Option<Livepatch>, Unreadable> {
    if !module.wants(ENABLE) {
        return Ok(None);
    }

    let mut found: Option<Livepatch> = None;
    let mut damage = None;
    for (section, offset) in candidates(module, layout) {
        let Some(Pointer::Here(objects_section, objects)) = module.pointer(section, offset + OBJS)
        else {
            continue;
        };
        match read_objects(module, objects_section, objects, layout) {
            Ok(objects) => {
                let livepatch = found.get_or_insert_with(|| Livepatch {
                    name: String::new(),
                    kind: Kind::Tables,
                    objects: Vec::new(),
                    replace: replace(module, section, offset),
                    states: states(module, section, offset),
                });
                livepatch.objects.extend(objects);
            }
            Err(unreadable) => damage = Some(unreadable),
        }
    }
    match (found, damage) {
        // Other data than a patch can look like a damaged one, while there is a whole one.
        (Some(livepatch), _) => Ok(Some(livepatch)),
        (None, Some(Unreadable::Entry { .. }) | None) => Ok(None),
        (None, Some(unreadable)) => Err(unreadable),
    }
}

/// Returns where a `struct klp_patch` may be: data of its size with a pointer in the right place.
fn candidates(module: &Module<'_>, layout: Layout) -> Vec<(usize, u64)> {
    let file = module.file;
    let mut places: Vec<_> = file
        .symbols
        .iter()
        .filter(|symbol| match layout.patch {
            Some(size) => symbol.st_size == size,
            None => symbol.st_size >= MIN_PATCH,
        })
        .filter_map(|symbol| Some((symbol.place.section()?, symbol.st_value)))
        .filter(|(_, offset)| *offset < MAX_SECTION)
        .filter(|(section, offset)| {
            let objects = offset.checked_add(OBJS);
            module.is_data(*section)
                && objects.is_some_and(|objects| {
                    matches!(module.pointer(*section, objects), Some(Pointer::Here(to, _)) if module.is_data(to))
                })
        })
        .collect();

    places.sort_unstable();
    places.dedup();
    places
}

/// Returns how to name a place: the symbol that it is in or, without one, the section.
pub(super) fn name_of(module: &Module<'_>, section: usize, offset: u64) -> (String, u64) {
    match module.symbol_at(section, offset) {
        Some((name, offset)) if !name.is_empty() => (name.to_owned(), offset),
        _ => {
            let section = module.file.section(section);
            (
                section.map_or_else(String::new, |section| section.name.to_string()),
                offset,
            )
        }
    }
}

fn bad_entry(
    module: &Module<'_>,
    section: usize,
    offset: u64,
    problem: &'static str,
) -> Unreadable {
    let (symbol, offset) = name_of(module, section, offset);
    Unreadable::Entry {
        symbol,
        offset,
        problem,
    }
}

/// Returns where a table ends at the latest; [`None`] if it would not even begin in its section.
fn end(module: &Module<'_>, section: usize, start: u64) -> Option<u64> {
    let size = module.file.section(section)?.size().min(MAX_SECTION);
    let end = module.end(section, start).unwrap_or(size).min(size);

    (start < end).then_some(end)
}

fn no_end(module: &Module<'_>, section: usize, start: u64) -> Unreadable {
    let (symbol, _) = name_of(module, section, start);
    Unreadable::NoEnd { symbol }
}

/// Returns the places of the entries of a table, up to the one of zeroes that ends it.
fn entries(
    module: &Module<'_>,
    section: usize,
    start: u64,
    size: u64,
    is_last: impl Fn(u64) -> bool,
) -> Result<Vec<u64>, Unreadable> {
    let end = end(module, section, start).ok_or_else(|| no_end(module, section, start))?;
    let mut places = Vec::new();
    let mut offset = start;

    loop {
        let next = offset
            .checked_add(size)
            .filter(|next| *next <= end)
            .ok_or_else(|| no_end(module, section, start))?;
        if is_last(offset) {
            return Ok(places);
        }
        if places.len() == MAX_ENTRIES {
            let (symbol, _) = name_of(module, section, start);
            return Err(Unreadable::TooLarge { symbol });
        }
        places.push(offset);
        offset = next;
    }
}

fn read_objects(
    module: &Module<'_>,
    section: usize,
    start: u64,
    layout: Layout,
) -> Result<Vec<Object>, Unreadable> {
    let size = match layout.object {
        Some(size) => size,
        None => object_size(module, section, start)
            .ok_or_else(|| bad_entry(module, section, start, "no pointer to functions"))?,
    };
    let is_last = |offset: u64| {
        module.pointer(section, offset + OBJECT_NAME).is_none()
            && module.pointer(section, offset + OBJECT_FUNCS).is_none()
    };

    entries(module, section, start, size.max(MIN_OBJECT), is_last)?
        .into_iter()
        .map(|offset| read_object(module, section, offset, layout))
        .collect()
}

fn read_object(
    module: &Module<'_>,
    section: usize,
    offset: u64,
    layout: Layout,
) -> Result<Object, Unreadable> {
    let name = match module.pointer(section, offset + OBJECT_NAME) {
        None => VMLINUX,
        Some(_) => module
            .string(section, offset + OBJECT_NAME)
            .filter(|name| is_name(name))
            .ok_or_else(|| {
                bad_entry(
                    module,
                    section,
                    offset,
                    "an object's name that is no string",
                )
            })?,
    };
    let funcs = module.pointer(section, offset + OBJECT_FUNCS);
    let Some(Pointer::Here(funcs, start)) = funcs
        .filter(|funcs| matches!(funcs, Pointer::Here(section, _) if module.is_data(*section)))
    else {
        return Err(bad_entry(
            module,
            section,
            offset,
            "no pointer to functions",
        ));
    };

    Ok(Object {
        name: name.to_owned(),
        funcs: read_funcs(module, funcs, start, layout)?,
    })
}

fn read_funcs(
    module: &Module<'_>,
    section: usize,
    start: u64,
    layout: Layout,
) -> Result<Vec<Func>, Unreadable> {
    if end(module, section, start).is_none() {
        return Err(no_end(module, section, start));
    }
    let is_last = |offset: u64| {
        module.pointer(section, offset + OLD_NAME).is_none()
            && module.pointer(section, offset + NEW_FUNC).is_none()
            && module.u64(section, offset + OLD_SYMPOS).unwrap_or(0) == 0
    };
    let size = match layout.func.or_else(|| func_size(module, section, start)) {
        Some(size) => size,
        // One function, and only its end is not known.
        None if !is_last(start) => return Ok(vec![read_func(module, section, start)?]),
        None => return Ok(Vec::new()),
    };

    entries(module, section, start, size.max(OLD_SYMPOS + 8), is_last)?
        .into_iter()
        .map(|offset| read_func(module, section, offset))
        .collect()
}

fn read_func(module: &Module<'_>, section: usize, offset: u64) -> Result<Func, Unreadable> {
    read_func_at(
        module,
        section,
        [offset + OLD_NAME, offset + NEW_FUNC, offset + OLD_SYMPOS],
    )
}

/// Reads a function whose name, replacement and sympos are at these offsets.
pub(super) fn read_func_at(
    module: &Module<'_>,
    section: usize,
    [old_name, new_func, old_sympos]: [u64; 3],
) -> Result<Func, Unreadable> {
    let name = module
        .string(section, old_name)
        .filter(|name| is_name(name))
        .ok_or_else(|| {
            bad_entry(
                module,
                section,
                old_name,
                "a function's name that is no string",
            )
        })?;
    let new_func = match module.pointer(section, new_func) {
        Some(Pointer::Here(section, offset)) => Some(NewFunc {
            name: module.function_at(section, offset).to_owned(),
            section,
            offset,
        }),
        _ => None,
    };

    Ok(Func {
        old_name: name.to_owned(),
        sympos: module.u64(section, old_sympos).unwrap_or(0),
        new_func,
        fix: None,
    })
}

/// Returns whether this can be the name of an object or a function.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Finds out the size of an object: the smallest one with which all entries but the last have functions.
fn object_size(module: &Module<'_>, section: usize, start: u64) -> Option<u64> {
    let whole = end(module, section, start)?.checked_sub(start)?;
    let has_funcs = |entry: u64| {
        module
            .pointer(section, start + entry + OBJECT_FUNCS)
            .is_some()
    };

    (2..=u64::try_from(MAX_ENTRIES).ok()?)
        .map_while(|count| Some((count, whole / count)).filter(|(_, size)| *size >= MIN_OBJECT))
        .filter(|(count, size)| whole % count == 0 && size % 8 == 0)
        .filter(|(count, size)| (0..count - 1).all(|entry| has_funcs(entry * size)))
        .filter(|(count, size)| !has_funcs((count - 1) * size))
        .map(|(_, size)| size)
        .last()
}

/// Finds out the size of a function: the distance from the first name to the second.
fn func_size(module: &Module<'_>, section: usize, start: u64) -> Option<u64> {
    let end = end(module, section, start)?;
    let relocations = module.relocations(section);
    let first = relocations.partition_point(|relocation| relocation.r_offset <= start + NEW_FUNC);
    let second = relocations.get(first)?.r_offset;

    (second < end).then(|| second - start)
}

/// Returns whether the patch replaces others; [`None`] if that is decided at run time.
fn replace(module: &Module<'_>, section: usize, patch: u64) -> Option<bool> {
    let fields = super::read::fields(module);

    if !fields.is_empty() {
        let value = fields.iter().find(|(key, _)| *key == key::REPLACE);
        return value.and_then(|(_, value)| match *value {
            note::YES => Some(true),
            note::NO => Some(false),
            _ => None,
        });
    }
    if is_written(module, section, patch + REPLACE) {
        return None;
    }
    module.u8(section, patch + REPLACE).map(|byte| byte != 0)
}

/// Guesses whether code of the module writes to a byte: whether it refers to it.
///
/// Where a relocation counts from the end of the instruction, its addend is that much off. Other machines than x86 address what is
/// in a structure by its beginning: there, what can be told at load time may be.
fn is_written(module: &Module<'_>, section: usize, offset: u64) -> bool {
    if module.file.header.e_machine != EM_X86_64 {
        return module.file.section_by_name(PARAM).is_some();
    }
    let places = [
        Some(offset),
        offset.checked_sub(4),
        offset.checked_sub(5),
        offset.checked_add(2),
    ];
    let refers = |code: usize| {
        let mut relocations = module.relocations(code).iter();
        relocations.any(|relocation| {
            let target = module.file.target(relocation);
            target.is_some_and(|(to, at)| to == section && places.contains(&Some(at)))
        })
    };

    (0..module.file.sections.len())
        .filter(|code| module.is_code(*code))
        .any(refers)
}

/// Reads the states of a patch; [`None`] if they cannot be read.
fn states(module: &Module<'_>, section: usize, patch: u64) -> Option<Vec<State>> {
    let Some(pointer) = module.pointer(section, patch + STATES) else {
        return Some(Vec::new());
    };
    let Pointer::Here(section, start) = pointer else {
        return None;
    };
    let id = |offset: u64| module.u64(section, offset + STATE_ID);

    entries(module, section, start, STATE_SIZE, |offset| {
        id(offset) == Some(0)
    })
    .ok()?
    .into_iter()
    .map(|offset| {
        Some(State {
            id: id(offset)?,
            version: module.u32(section, offset + STATE_VERSION)?,
        })
    })
    .collect()
}
