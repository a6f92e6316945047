// SPDX-License-Identifier: GPL-2.0

//! Places that the kernel reads before it resolves the symbols of a module.

use super::*;
use livepatch_abi::unexported::UNLINKED;
use livepatch_elf::testing::DATA;
use livepatch_elf::Place;

fn maker() -> Maker {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    let more = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(None, funcs), (Some("some_mod"), more)]);
    maker
}

/// What is said if a symbol of vmlinux and one of a module are used in a section.
fn in_section(name: &str, flags: u32) -> Vec<String> {
    let mut maker = maker();
    let section = maker.module.section(name, flags, &[0; 64]);
    let secret = maker.klp_symbol(".klp.sym.vmlinux.secret,0");
    let key = maker.klp_symbol(".klp.sym.some_mod.mod_key,0");
    maker.klp("vmlinux", section, 0, secret);
    maker.klp("some_mod", section, 8, key);
    Fake::new().says(&maker.bytes())
}

#[test]
fn jump_label() {
    assert_eq!(
        in_section("__jump_table", DATA),
        ["some_mod: mod_key: it is the key of a jump label, and those of the livepatch are initialised before its address is known \
          (__jump_table): ask static_key_enabled() instead of static_branch_likely() or _unlikely()"]
    );
}

#[test]
fn static_call() {
    assert_eq!(
        in_section(".static_call_sites", DATA),
        ["some_mod: mod_key: it is the key of a static call, and those of the livepatch are initialised before its address is known \
          (.static_call_sites): call it through its trampoline, as KLP_STATIC_CALL() does"]
    );
}

#[test]
fn alternative() {
    for section in [
        ".altinstructions",
        ".altinstr_replacement",
        ".parainstructions",
    ] {
        assert_eq!(
            in_section(section, RODATA),
            [format!(
                "some_mod: mod_key: alternative instructions use it, which are put in place when the livepatch is loaded, before its \
                 address is known ({section}): use it outside of alternatives: in a function of its own, or through a pointer"
            )]
        );
    }
}

/// Code that is replaced by an alternative, from 64 on, has a symbol of a module in it; what is behind may.
#[test]
fn replaced_code() {
    let mut maker = maker();
    let text = maker.text;
    let start = maker.module.local("replaced", STT_NOTYPE, text, 64, 0);
    let mut table = [0; 14];
    table[12] = 5;
    let table = maker.module.section(".altinstructions", RODATA, &table);
    maker
        .module
        .relocations(table, &[(0, start, R_X86_64_PC32, 0)]);
    let key = maker.klp_symbol(".klp.sym.some_mod.mod_key,0");
    maker.klp("some_mod", text, 65, key);
    maker.klp("some_mod", text, 69, key);

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        ["some_mod: mod_key: alternative instructions use it, which are put in place when the livepatch is loaded, before its address is \
          known (.text+0x41): use it outside of alternatives: in a function of its own, or through a pointer"]
    );
}

#[test]
fn percpu() {
    assert_eq!(
        in_section(".data..percpu", DATA),
        ["some_mod: mod_key: a per-CPU variable is initialised with it, and is copied for each CPU before its address is known \
          (.data..percpu): set the variable in a callback"]
    );
}

#[test]
fn others() {
    assert_eq!(
        in_section(".init.text", TEXT),
        ["some_mod: mod_key: it is used in what is discarded after initialisation, before its address is known (.init.text): use it in \
          a callback"]
    );
    assert_eq!(
        in_section(".gnu.linkonce.this_module", DATA),
        ["some_mod: mod_key: it is a part of the module's own description, which is read before its address is known \
          (.gnu.linkonce.this_module): put a function of the livepatch there, which uses it"]
    );
    assert_eq!(
        in_section("__ex_table", DATA),
        ["some_mod: mod_key: the loader reads it there before its address is known (__ex_table): use it in a function instead"]
    );
    // There is more to say of it: what is made here are no parameters.
    assert_eq!(
        in_section("__param", DATA)[0],
        "some_mod: mod_key: the loader reads it there before its address is known (__param): use it in a function instead"
    );
    assert_eq!(
        in_section(".debug_info", 0),
        ["some_mod: mod_key: it is used in .debug_info, which is not in memory: remove the section"]
    );
    assert_eq!(in_section(".data.mine", DATA), [""; 0]);
}

/// A key that a module exports, and one that klp-build link has not seen yet.
#[test]
fn ordinary() {
    let mut maker = maker();
    let table = maker.module.section("__jump_table", DATA, &[0; 32]);
    let exported = maker.module.global("mod_export", Place::Undefined, 0);
    let unlinked = maker.module.global(
        "livepatch_unexported.some_mod.0.mod_key",
        Place::Absolute,
        UNLINKED,
    );
    maker.module.relocations(
        table,
        &[
            (8, exported, R_X86_64_PC64, 0),
            (24, unlinked, R_X86_64_PC64, 0),
        ],
    );
    let said = Fake::new().says(&maker.bytes());

    assert_eq!(said.len(), 4);
    for (said, symbol) in said[2..].iter().zip(["mod_export", "mod_key"]) {
        assert!(
            said.starts_with(&format!(
                "some_mod: {symbol}: it is the key of a jump label"
            )),
            "{said}"
        );
    }
}
