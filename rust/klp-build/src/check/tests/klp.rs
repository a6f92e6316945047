// SPDX-License-Identifier: GPL-2.0

//! klp relocations that the kernel does not apply, or finds no symbol for.

use super::*;
use livepatch_abi::unexported::UNLINKED;
use livepatch_elf::{Place, Relocation, Section};

const AGAIN: &str = "make the klp relocations anew, with klp-build link";

/// A livepatch of a function of vmlinux and one of `some_mod`.
fn maker() -> Maker {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    let more = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(None, funcs), (Some("some_mod"), more)]);
    maker
}

/// What is said if relocations of an object use a symbol.
fn using(object: &str, symbol: &str) -> Vec<String> {
    let mut maker = maker();
    maker.uses(object, symbol);
    Fake::new().says(&maker.bytes())
}

/// What is said if the klp relocations of `some_mod` are in a section that was changed.
fn changed(change: impl FnOnce(&mut Section<'_>)) -> Vec<String> {
    let mut maker = maker();
    maker.uses("some_mod", ".klp.sym.some_mod.mod_static,0");
    let bytes = maker.bytes();
    let mut file = File::parse(&bytes).unwrap();
    let (index, _) = file.section_by_name(".klp.rela.some_mod..text").unwrap();
    change(&mut file.sections[index]);
    let bytes = file.write().unwrap();
    Fake::new().says(&bytes)
}

#[test]
fn right() {
    assert_eq!(using("vmlinux", ".klp.sym.vmlinux.secret,0"), [""; 0]);
    assert_eq!(using("vmlinux", ".klp.sym.vmlinux.twice,2"), [""; 0]);
    assert_eq!(using("some_mod", ".klp.sym.some_mod.mod_static,0"), [""; 0]);
    assert_eq!(changed(|_| {}), [""; 0]);
}

#[test]
fn unlinked() {
    let mut maker = maker();
    maker.module.global(
        "livepatch_unexported.vmlinux.0.secret",
        Place::Absolute,
        UNLINKED,
    );
    maker.module.section("__klp_relocs.vmlinux", RODATA, &[]);

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        [
            "it still has placeholders for symbols that are not exported (vmlinux.0.secret), which the loader refuses: run klp-build \
             link on it",
            "its section __klp_relocs.vmlinux is an intermediate one of the kernel's klp-build: run objtool klp post-link on it",
        ]
    );
}

#[test]
fn malformed_sections() {
    let name = ".klp.rela.some_mod..text";

    assert_eq!(
        changed(|section| section.name = ".klp.rela.nodot".into()),
        [format!(
            "its section .klp.rela.nodot is not called .klp.rela.<object>.<section>, though it is marked as klp relocations: {AGAIN}"
        )]
    );
    assert_eq!(
        changed(|section| section.sh_flags &= !0x0010_0000),
        [format!(
            "its section {name} lacks the flag SHF_RELA_LIVEPATCH, so nobody applies it: {AGAIN}"
        )]
    );
    assert_eq!(
        changed(|section| section.sh_flags &= !u64::from(SHF_ALLOC)),
        [format!("its section {name} lacks the flag SHF_ALLOC, so it is gone when it is to be applied: {AGAIN}")]
    );
    assert_eq!(
        changed(|section| section.sh_type = SHT_PROGBITS),
        [format!(
            "its section {name} does not hold relocations: {AGAIN}"
        )]
    );
    assert_eq!(
        changed(|section| section.sh_info = 0),
        [format!("its section {name} applies to no section: {AGAIN}")]
    );
    assert_eq!(
        changed(|section| section.name = ".klp.rela.some_mod..other".into()),
        [format!(
            "some_mod: warning: its section .klp.rela.some_mod..other applies to .text, which is not what its name says: {AGAIN}"
        )]
    );
}

#[test]
fn malformed_symbols() {
    for name in [
        ".klp.sym.secret",
        ".klp.sym.vmlinux.secret",
        ".klp.sym.vmlinux.secret,x",
        "secret",
    ] {
        assert_eq!(
            using("vmlinux", name),
            [format!(
                "{name}: it is not called .klp.sym.<object>.<symbol>,<sympos>: {AGAIN}"
            )]
        );
    }
}

#[test]
fn unmarked_symbol() {
    let mut maker = maker();
    let symbol = maker
        .module
        .global(".klp.sym.vmlinux.secret,0", Place::Absolute, 0);
    maker.klp("vmlinux", maker.text, 100, symbol);

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        [
            format!(
                "vmlinux: .klp.sym.vmlinux.secret,0: .klp.rela.vmlinux..text refers to it, and it is not marked with SHN_LIVEPATCH: \
                 {AGAIN}"
            ),
            format!("vmlinux: secret: it is not marked with SHN_LIVEPATCH: {AGAIN}"),
        ]
    );
}

#[test]
fn ordinary_relocation() {
    let mut maker = maker();
    let symbol = maker.klp_symbol(".klp.sym.vmlinux.secret,0");
    let text = maker.text;
    let relocations = maker.module.relocations(text, &[]);
    maker.module.file.set_relocations(
        relocations,
        &[Relocation {
            r_offset: 8,
            r_sym: symbol,
            r_type: R_X86_64_PC32,
            r_addend: -4,
        }],
    );

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        [format!(
            ".klp.sym.vmlinux.secret,0: the ordinary relocations of .rela.text use it, and the loader takes its address for 0: {AGAIN}"
        )]
    );
}

#[test]
fn an_object_that_is_not_changed() {
    assert_eq!(
        using("other", ".klp.sym.other.mod_static,0"),
        ["other: the relocations of .klp.rela.other..text are never applied, since the livepatch does not change that object: replace a \
          function of the object or give it callbacks; or use symbols of objects that it changes only"]
    );
}

#[test]
fn too_early() {
    assert_eq!(
        using("vmlinux", ".klp.sym.some_mod.mod_static,0"),
        ["some_mod: mod_static: it is used where vmlinux's symbols are resolved, when some_mod need not be loaded yet: put it into the \
          fix of some_mod, with #[unexported(object = \"some_mod\")]"]
    );
}

#[test]
fn vmlinux_in_a_module() {
    assert_eq!(
        using("some_mod", ".klp.sym.vmlinux.secret,0"),
        [format!(
            "vmlinux: secret: the relocations of some_mod use it, and the kernel refuses symbols of vmlinux there: declare it as a \
             symbol of vmlinux, and {AGAIN}"
        )]
    );
}

/// The module `other` depends on `some_mod`, and not the other way round.
#[test]
fn of_another_module() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(Some("other"), funcs)]);
    maker.uses("other", ".klp.sym.some_mod.mod_static,0");
    assert_eq!(Fake::new().says(&maker.bytes()), [""; 0]);

    assert_eq!(
        using("some_mod", ".klp.sym.other.mod_static,0"),
        ["other: mod_static: the relocations of some_mod use it, and other need not be loaded when some_mod is: it is no dependency: \
          replace a function of other in the same livepatch, and use it there"]
    );
}

#[test]
fn symbols() {
    assert_eq!(
        using("vmlinux", ".klp.sym.vmlinux.sceret,0"),
        ["vmlinux: sceret: vmlinux has no symbol of this name: did you mean secret?"]
    );
    assert_eq!(
        using("some_mod", ".klp.sym.some_mod.secret,0"),
        ["some_mod: secret: some_mod has no symbol of this name: it is in vmlinux: write #[unexported(object = \"vmlinux\")]"]
    );
    assert_eq!(
        using("vmlinux", ".klp.sym.vmlinux.twice,0"),
        ["vmlinux: twice: there are 2 symbols of this name: 1 at ffffffff81000300 (between before_one and between), 2 at \
          ffffffff81000500 (between between and after_both): say which one, with #[sympos(..)] of 1 to 2"]
    );
    assert_eq!(
        using("vmlinux", ".klp.sym.vmlinux.secret,4"),
        ["vmlinux: secret: its sympos is 4, and there is 1 symbol of this name: 1 at ffffffff81002100 (between table and __init_begin): \
          leave the sympos out"]
    );
}

#[test]
fn objects() {
    let said = using("vmlinux", ".klp.sym.nowhere.secret,0");

    assert_eq!(
        said.last().unwrap(),
        "nowhere: secret: this kernel has no such module to load: correct the object's name; the symbols of what is built in are those \
         of vmlinux"
    );
}

#[test]
fn exported() {
    assert_eq!(
        using("vmlinux", ".klp.sym.vmlinux.exported_data,0"),
        ["vmlinux: exported_data: warning: vmlinux exports it: use it like every exported symbol, without #[unexported]"]
    );
}
