// SPDX-License-Identifier: GPL-2.0

//! Names that C and make spell, which cannot use this crate.

use livepatch_abi::{entry, unexported};
use std::fs;

/// Returns a file of `rust/`.
fn source(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));

    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn c_spells_the_entry_of_a_function() {
    let header = source("helpers/entry.h");

    assert!(header.contains(&format!("{}##name", entry::PREFIX)));
}

#[test]
fn c_spells_an_unexported_symbol() {
    let header = source("helpers/unexported.h");
    let name = unexported::Reference {
        object: "\" #object \"",
        symbol: "\" #symbol",
        sympos: 0,
    }
    .to_string()
    .replace(".0.", ".\" __stringify(sympos) \".");

    assert!(header.contains(&format!("\"{name}")), "{name}");
}

#[test]
fn make_spells_an_unexported_symbol() {
    let makefile = source("Kbuild");
    let prefix = unexported::REFERENCE_PREFIX.replace('.', "\\.");

    assert!(makefile.contains(&prefix));
    assert!(makefile.contains(&format!("lp-unlinked := {:#x}\n", unexported::UNLINKED)));
    let mark = format!("--defsym={}=$(lp-unlinked)", unexported::UNLINKED_MARK);
    assert!(makefile.contains(&mark));
    assert!(source("helpers/unlinked.c").contains(unexported::UNLINKED_MARK));
}
