// SPDX-License-Identifier: GPL-2.0

//! Symbols that the module wants from others.

use super::*;
use livepatch_elf::{Place, Symbol};

/// What is said of a livepatch that uses these symbols.
fn using(names: &[&str]) -> Vec<String> {
    using_with(&Fake::new(), names, "")
}

fn using_with(fake: &Fake, names: &[&str], modinfo: &str) -> Vec<String> {
    let mut maker = maker(names);
    maker.modinfo.extend(modinfo.replace('|', "\0").bytes());
    fake.says(&maker.bytes())
}

fn maker(names: &[&str]) -> Maker {
    let mut maker = Maker::new();
    for name in names {
        maker.module.global(name, Place::Undefined, 0);
    }
    let funcs = maker.funcs(&[("show", 0)]);
    maker.patch(&[(None, funcs)]);
    maker
}

#[test]
fn exported() {
    assert_eq!(using(&["exported_data", "_GLOBAL_OFFSET_TABLE_"]), [""; 0]);
}

#[test]
fn weak() {
    let mut maker = maker(&[]);
    maker.module.symbol(Symbol {
        name: "nowhere".into(),
        st_info: STB_WEAK << 4,
        place: Place::Undefined,
        ..Symbol::default()
    });

    assert_eq!(Fake::new().says(&maker.bytes()), [""; 0]);
}

#[test]
fn not_exported() {
    assert_eq!(
        using(&["secret"]),
        ["secret: no kernel code exports it; vmlinux has it: declare it with #[unexported], or in C with \
          LIVEPATCH_UNEXPORTED(vmlinux, ..), and run klp-build link"]
    );
    assert_eq!(
        using(&["exported_dtaa"]),
        ["exported_dtaa: no kernel code exports it, and vmlinux has no such symbol: did you mean exported_data?"]
    );
    assert_eq!(
        using(&["qqqqqqqqqqqqq"]),
        ["qqqqqqqqqqqqq: no kernel code exports it: correct its name, or declare where it is with #[unexported(object = ..)]"]
    );
}

#[test]
fn in_a_module_of_the_livepatch() {
    let mut maker = Maker::new();
    maker.module.global("mod_static", Place::Undefined, 0);
    let funcs = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(Some("some_mod"), funcs)]);

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        ["mod_static: no kernel code exports it; some_mod has it: declare it with #[unexported(object = \"some_mod\")], or in C with \
          LIVEPATCH_UNEXPORTED(some_mod, ..), and run klp-build link"]
    );
}

#[test]
fn export_of_a_module() {
    assert_eq!(
        using_with(&Fake::new(), &["mod_export"], "depends=some-mod|"),
        ["mod_export: the module some_mod exports it: the livepatch would not load without that module, and would pin it: declare it \
          with #[unexported(object = \"some_mod\")], or in C with LIVEPATCH_UNEXPORTED(some_mod, ..)"]
    );
}

/// Kbuild writes an empty `depends=` first: that of the test comes in its place.
#[test]
fn depends() {
    let mut maker = maker(&[]);
    maker.modinfo =
        b"livepatch=Y\0license=GPL\0name=test\0vermagic=7.3.4 SMP\0depends=some-mod,other\0"
            .to_vec();
    let said = Fake::new().says(&maker.bytes());

    assert_eq!(
        said.first().unwrap(),
        "`depends=` in .modinfo names the module some_mod: the livepatch would not load without it, and would pin it: build the \
         module again: it uses no symbol of that module"
    );
    assert_eq!(said.len(), 2);
}

#[test]
fn namespaces() {
    assert_eq!(
        using(&["spaced"]),
        ["spaced: it is exported in the namespace SPACE, which the module does not import: import it: `import_ns=SPACE` in .modinfo, \
          MODULE_IMPORT_NS(\"SPACE\") in C"]
    );
    assert_eq!(
        using_with(
            &Fake::new(),
            &["spaced"],
            "import_ns=OTHER|import_ns=SPACE|"
        ),
        [""; 0]
    );
    assert_eq!(
        using(&["for_others"]),
        ["for_others: it is exported to these modules only: kvm,kvm-*: declare it with #[unexported], or in C with \
          LIVEPATCH_UNEXPORTED(vmlinux, ..)"]
    );
}

/// Adds versions in the classic form.
fn classic(maker: &mut Maker, versions: &[(&str, u64)]) {
    let mut bytes = Vec::new();
    for (name, crc) in versions {
        bytes.extend(crc.to_le_bytes());
        bytes.extend(name.bytes());
        bytes.resize(bytes.len().next_multiple_of(64), 0);
    }
    maker.module.section("__versions", RODATA, &bytes);
}

/// Adds versions in the extended form.
fn extended(maker: &mut Maker, versions: &[(&str, u32)]) {
    let crcs: Vec<u8> = versions
        .iter()
        .flat_map(|(_, crc)| crc.to_le_bytes())
        .collect();
    let names: Vec<u8> = versions
        .iter()
        .flat_map(|(name, _)| [name.as_bytes(), b"\0"].concat())
        .collect();
    maker.module.section("__version_ext_crcs", RODATA, &crcs);
    maker.module.section("__version_ext_names", RODATA, &names);
}

#[test]
fn versions() {
    let fake = Fake::with_versions();
    let good = [("module_layout", 6), ("klp_enable_patch", 1)];
    let mut maker = maker(&[]);
    classic(&mut maker, &good);
    assert_eq!(fake.says(&maker.bytes()), [""; 0]);

    let mut maker = self::maker(&[]);
    extended(&mut maker, &good.map(|(name, crc)| (name, crc as u32)));
    assert_eq!(fake.says(&maker.bytes()), [""; 0]);

    let bad = [("module_layout", 6), ("klp_enable_patch", 7)];
    let changed = "klp_enable_patch: the module was built with version 0x00000007 of it, and the kernel has 0x00000001: its type has \
                   changed: build the module with the headers and Module.symvers of exactly this kernel";
    let mut maker = self::maker(&[]);
    classic(&mut maker, &bad);
    assert_eq!(fake.says(&maker.bytes()), [changed]);

    let mut maker = self::maker(&[]);
    extended(&mut maker, &bad.map(|(name, crc)| (name, crc as u32)));
    assert_eq!(fake.says(&maker.bytes()), [changed]);

    let mut maker = self::maker(&[]);
    classic(&mut maker, &[("klp_enable_patch", 1)]);
    assert_eq!(
        fake.says(&maker.bytes()),
        ["module_layout: the module does not say which version of it it was built with, and this kernel compares versions: build the \
          module with the kernel's Module.symvers, so that modpost adds it"]
    );
}

#[test]
fn no_versions() {
    assert_eq!(
        using_with(&Fake::with_versions(), &["exported_data"], ""),
        ["the module has no versions of the symbols that it uses, and this kernel compares them: build the module with the kernel's \
          Module.symvers, so that modpost adds them"]
    );
}
