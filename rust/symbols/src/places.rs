// SPDX-License-Identifier: GPL-2.0

//! Which modules have a function: an index of all modules of a kernel.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::module::Module;
use crate::table::{Builder, Key, Record, Table, Text};
use crate::{Error, Kind};

/// What the names of symbols begin with that no one looks for.
const PREFIXES: [&str; 3] = ["__pfx_", "__UNIQUE_ID_", "__cfi_"];

/// A function, and a module that has it.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct Row {
    name: Text,
    pub(crate) module: Text,
}

impl Record for Row {
    const KIND: u32 = 3;

    fn name(&self) -> Text {
        self.name
    }
}

/// Makes the table of the functions of `modules`. A module that cannot be read has none.
pub(crate) fn build(modules: &[(&str, &Path)], key: &Key) -> Result<Table<Row>, Error> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || {
        while let Some((name, path)) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let functions = functions(path);

            if let Ok(mut found) = found.lock() {
                found.extend(functions.into_iter().map(|function| (function, *name)));
            }
        }
    };

    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);

        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });

    let mut rows = found.into_inner().unwrap_or_default();

    rows.sort_unstable();
    rows.dedup();
    make_rows(&rows, key).ok_or_else(|| {
        let path = modules
            .first()
            .map_or(Path::new("modules"), |(_, path)| path);

        Error::format(
            path,
            "and the other modules have more functions than any kernel",
        )
    })
}

fn functions(path: &Path) -> Vec<String> {
    let Ok(module) = Module::read(path) else {
        return Vec::new();
    };

    module
        .symbols()
        .filter(|symbol| symbol.kind == Kind::Text && !symbol.init)
        .filter(|symbol| {
            !PREFIXES
                .iter()
                .any(|prefix| symbol.name.starts_with(prefix))
        })
        .map(|symbol| symbol.name.to_owned())
        .collect()
}

fn make_rows(rows: &[(String, &str)], key: &Key) -> Option<Table<Row>> {
    let mut builder = Builder::new();

    for (name, module) in rows {
        let row = Row {
            name: builder.text(name)?,
            module: builder.text(module)?,
        };

        builder.push(row);
    }
    builder.finish(key)
}
