// SPDX-License-Identifier: GPL-2.0

//! The sections in which upstream's klp-build describes a livepatch.
//!
//! The module's init function makes the tables of them.
//!
//! C header: `include/linux/livepatch_external.h`.

use super::read::Unreadable;
use super::tables::{self, MAX_ENTRIES};
use super::{Func, Kind, Livepatch, Object};
use crate::check::module::{Module, Pointer};
use livepatch_abi::object::VMLINUX;

/// The section of `struct klp_object_ext`.
const OBJECTS: &str = ".init.klp_objects";

/// `struct klp_object_ext`: name, functions, four callbacks and a flag, number of functions.
const OBJECT_SIZE: u64 = 64;
const NAME: u64 = 0;
const FUNCS: u64 = 8;
const NR_FUNCS: u64 = 56;

/// `struct klp_func_ext`: name, new function, sympos.
const FUNC_SIZE: u64 = 24;

/// Reads the sections; [`None`] if the file has none.
pub(super) fn read(module: &Module<'_>) -> Result<Option<Livepatch>, Unreadable> {
    let Some((section, objects)) = module.file.section_by_name(OBJECTS) else {
        return Ok(None);
    };
    if objects.size() % OBJECT_SIZE != 0 {
        return Err(Unreadable::Size {
            section: OBJECTS,
            entry: OBJECT_SIZE,
        });
    }
    let count = objects.size() / OBJECT_SIZE;

    Ok(Some(Livepatch {
        name: String::new(),
        kind: Kind::KlpBuild,
        objects: (0..count)
            .map(|index| read_object(module, section, index * OBJECT_SIZE))
            .collect::<Result<_, _>>()?,
        // Its init function says so, unless it was compiled otherwise, which the module does not tell.
        replace: None,
        states: Some(Vec::new()),
    }))
}

fn read_object(module: &Module<'_>, section: usize, offset: u64) -> Result<Object, Unreadable> {
    let bad = |problem| Unreadable::Entry {
        symbol: OBJECTS.to_owned(),
        offset,
        problem,
    };
    let name = match module.pointer(section, offset + NAME) {
        None => VMLINUX,
        Some(_) => module
            .string(section, offset + NAME)
            .filter(|name| tables::is_name(name))
            .ok_or_else(|| bad("an object's name that is no string"))?,
    };
    let count = module
        .u32(section, offset + NR_FUNCS)
        .ok_or_else(|| bad("no number of functions"))?;
    if usize::try_from(count).map_or(true, |count| count > MAX_ENTRIES) {
        return Err(Unreadable::TooLarge {
            symbol: OBJECTS.to_owned(),
        });
    }
    let funcs = match module.pointer(section, offset + FUNCS) {
        Some(Pointer::Here(section, start)) => (0..u64::from(count))
            .map(|index| read_func(module, section, start, index))
            .collect::<Result<_, _>>()?,
        _ if count == 0 => Vec::new(),
        _ => return Err(bad("no pointer to functions")),
    };

    Ok(Object {
        name: name.to_owned(),
        funcs,
    })
}

fn read_func(
    module: &Module<'_>,
    section: usize,
    start: u64,
    index: u64,
) -> Result<Func, Unreadable> {
    let offset = start.saturating_add(index.saturating_mul(FUNC_SIZE));

    tables::read_func_at(
        module,
        section,
        [0, 8, 16].map(|field| offset.saturating_add(field)),
    )
}
