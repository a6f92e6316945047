// SPDX-License-Identifier: GPL-2.0

//! The sections in which kpatch-build describes a livepatch.
//!
//! The module's init function makes the tables of them.

use super::read::Unreadable;
use super::tables;
use super::{Func, Kind, Livepatch, Object};
use crate::check::module::Module;

/// The section of the functions: new address and size, old address and size, sympos, name, object's name.
const FUNCS: &str = ".kpatch.funcs";
const FUNC_SIZE: u64 = 56;
const NEW_ADDR: u64 = 0;
const SYMPOS: u64 = 32;
const NAME: u64 = 40;
const OBJNAME: u64 = 48;

/// What the sections of callbacks begin with: each entry is a function and the name of an object.
const CALLBACKS: &str = ".kpatch.callbacks.";
const CALLBACK_SIZE: u64 = 16;
const CALLBACK_OBJNAME: u64 = 8;

/// Reads the sections; [`None`] if the file has none.
pub(super) fn read(module: &Module<'_>) -> Result<Option<Livepatch>, Unreadable> {
    let Some((section, funcs)) = module.file.section_by_name(FUNCS) else {
        return Ok(None);
    };
    if funcs.size() % FUNC_SIZE != 0 {
        return Err(Unreadable::Size {
            section: FUNCS,
            entry: FUNC_SIZE,
        });
    }
    let mut objects: Vec<Object> = Vec::new();

    for index in 0..funcs.size() / FUNC_SIZE {
        let offset = index * FUNC_SIZE;
        let func = tables::read_func_at(
            module,
            section,
            [NAME, NEW_ADDR, SYMPOS].map(|field| offset + field),
        )?;
        let name = object_name(module, section, offset + OBJNAME)?;

        add(&mut objects, name, Some(func));
    }
    for (index, section) in module.file.sections.iter().enumerate() {
        if !section.name.starts_with(CALLBACKS) || section.is_relocations() {
            continue;
        }
        for entry in 0..section.size() / CALLBACK_SIZE {
            let name = object_name(module, index, entry * CALLBACK_SIZE + CALLBACK_OBJNAME)?;
            add(&mut objects, name, None);
        }
    }

    Ok(Some(Livepatch {
        name: String::new(),
        kind: Kind::Kpatch,
        objects,
        // Its init function says so, unless it was compiled otherwise, which the module does not tell.
        replace: None,
        states: Some(Vec::new()),
    }))
}

fn object_name<'a>(
    module: &'a Module<'_>,
    section: usize,
    offset: u64,
) -> Result<&'a str, Unreadable> {
    module
        .string(section, offset)
        .filter(|name| tables::is_name(name))
        .ok_or_else(|| {
            let (symbol, offset) = tables::name_of(module, section, offset);
            Unreadable::Entry {
                symbol,
                offset,
                problem: "an object's name that is no string",
            }
        })
}

/// Adds a function to the object of a name, which may be a new one.
fn add(objects: &mut Vec<Object>, name: &str, func: Option<Func>) {
    let index = match objects.iter().position(|object| object.name == name) {
        Some(index) => index,
        None => {
            objects.push(Object {
                name: name.to_owned(),
                funcs: Vec::new(),
            });
            objects.len() - 1
        }
    };

    if let Some(object) = objects.get_mut(index) {
        object.funcs.extend(func);
    }
}
