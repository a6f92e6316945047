// SPDX-License-Identifier: GPL-2.0

//! Type information, notes, and compressed files.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use livepatch_btf::{Btf, Kind, Type};
use livepatch_elf::note::{make, Build, Note};
use livepatch_elf::{modinfo, notes, Endianness};
use tempfile::TempDir;

use crate::seeds;

/// Asks all that can be asked about each type.
fn walk(btf: &Btf) {
    for id in btf.ids() {
        let _ = btf.format_type(id);
        let _ = btf.format_declaration(id, "name");
        let _ = btf.resolve(id);
        let _ = btf.unqualified(id);
        let _ = btf.size_of(id);
        let _ = btf.align_of(id);
        let Ok(found) = btf.get(id) else {
            continue;
        };
        let _ = found.name();
        match found {
            Type::Func(_) => {
                let _ = btf.prototype(id);
                let _ = btf.format_prototype(id);
            }
            Type::Struct(composite) | Type::Union(composite) => {
                for member in &composite.members {
                    let _ = btf.bit_field(member);
                }
            }
            _ => (),
        }
    }
    for number in 0..=u8::MAX {
        let Some(kind) = Kind::from_number(number) else {
            continue;
        };
        for (_, name) in btf.names(kind).take(64) {
            assert!(
                !btf.find(kind, name).is_empty(),
                "{name} is there and not found"
            );
        }
    }
    let _ = btf.pointer_size();
}

/// Reads type information: of a kernel, and of a module of another kernel.
pub fn btf(data: &[u8]) {
    static BASE: LazyLock<Arc<Btf>> =
        LazyLock::new(|| Arc::new(Btf::parse(seeds::kernel_btf()).expect("a seed")));

    if let Ok(btf) = Btf::parse(data) {
        walk(&btf);
    }
    if let Ok(btf) = Btf::parse_split(data, &BASE) {
        walk(&btf);
    }
}

/// Reads a section of notes, and one that becomes a note.
pub fn note(data: &[u8]) {
    for endian in [Endianness::Little, Endianness::Big] {
        for note in notes(endian, data) {
            assert!(note.descriptor.len() <= data.len());
        }
        let _ = Note::parse(endian, data).map(|note| format!("{note:?}"));
        let build = Build {
            name: "test",
            kernel: "7.3.4",
            build_id: None,
            date: 0,
        };
        if let Ok(made) = make(endian, build, data) {
            let note = Note::parse(endian, &made).expect("what was made can be read");
            assert_eq!(note.expect("a note was made").kernel, "7.3.4");
        }
    }
    let _ = modinfo(data).count();
}

/// Reads a file that may be compressed.
pub fn compressed(data: &[u8]) {
    static FILE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let directory = seeds::directory();
        let file = directory.path().join("file");
        (directory, file)
    });

    fs::write(&FILE.1, data).expect("the file can be written");
    let _ = livepatch_elf::read(&FILE.1);
}
