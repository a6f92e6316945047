// SPDX-License-Identifier: GPL-2.0

//! Reads the model of a livepatch from its module file.

use std::collections::HashMap;

use livepatch_abi::note::{self, key};

use super::{klp_build, kpatch, tables, Kind, Livepatch, Object};
use crate::check::module::Module;

/// The sizes of the structures of the tables, in the target kernel: they depend on its configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layout {
    /// `struct klp_patch`.
    pub patch: Option<u64>,
    /// `struct klp_object`.
    pub object: Option<u64>,
    /// `struct klp_func`.
    pub func: Option<u64>,
}

/// Why the tables of a livepatch cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// They hold what no such table does.
    #[error("the entry at {symbol}+{offset:#x} has {problem}")]
    Entry {
        /// The symbol that the table is in, or its section.
        symbol: String,
        /// Where in it the entry is.
        offset: u64,
        /// What is wrong.
        problem: &'static str,
    },
    /// A table has no entry of zeroes at its end.
    #[error("the table {symbol} does not end with an entry of zeroes")]
    NoEnd {
        /// The symbol that the table is in, or its section.
        symbol: String,
    },
    /// A section does not hold whole entries.
    #[error("the section {section} does not hold whole entries of {entry} bytes")]
    Size {
        /// The name of the section.
        section: &'static str,
        /// The size of an entry.
        entry: u64,
    },
    /// A table is larger than any that a livepatch has.
    #[error("the table {symbol} has more than {} entries", tables::MAX_ENTRIES)]
    TooLarge {
        /// The symbol that the table is in, or its section.
        symbol: String,
    },
}

/// Reads what the livepatch called `name` is made of.
///
/// # Errors
///
/// The tables are damaged.
pub fn read(module: &Module<'_>, name: &str, layout: Layout) -> Result<Livepatch, Unreadable> {
    let mut livepatch = if let Some(livepatch) = kpatch::read(module)? {
        livepatch
    } else if let Some(livepatch) = klp_build::read(module)? {
        livepatch
    } else if let Some(livepatch) = tables::read(module, layout)? {
        livepatch
    } else {
        Livepatch::empty(Kind::RunTime)
    };

    livepatch.name = name.to_owned();
    name_fixes(&mut livepatch, module);
    Ok(livepatch)
}

/// Says of each function to which fix it belongs, as far as the module says it.
fn name_fixes(livepatch: &mut Livepatch, module: &Module<'_>) {
    let mut fix = None;
    let mut fixes: HashMap<(&str, &str, u64), &str> = HashMap::new();

    for (key, value) in fields(module) {
        match key {
            key::FIX => fix = Some(value),
            key::FUNCTION => {
                let function = value.split_once(':').and_then(|(object, rest)| {
                    let (symbol, sympos) = rest.rsplit_once(',')?;
                    Some((object, symbol, sympos.parse().ok()?))
                });
                if let (Some(fix), Some(function)) = (fix, function) {
                    fixes.insert(function, fix);
                }
            }
            _ => {}
        }
    }
    for Object { name, funcs } in &mut livepatch.objects {
        for func in funcs {
            let function = (name.as_str(), func.old_name.as_str(), func.sympos);
            func.fix = fixes.get(&function).map(|fix| (*fix).to_owned());
        }
    }
}

/// Returns what the module says of its fixes, in its note or, before it has one, in the section that becomes it.
pub(super) fn fields<'a>(module: &'a Module<'_>) -> Vec<(&'a str, &'a str)> {
    let file = module.file;

    if let Some((_, section)) = file.section_by_name(note::SECTION) {
        return livepatch_elf::notes(file.endian(), section.bytes())
            .filter(|entry| {
                entry.owner == note::OWNER.as_bytes() && entry.n_type == note::VERSION_1
            })
            .flat_map(|entry| note::fields(entry.descriptor))
            .collect();
    }
    file.section_by_name(note::FIXES_SECTION)
        .map(|(_, section)| note::fields(section.bytes()).collect())
        .unwrap_or_default()
}
