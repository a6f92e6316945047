// SPDX-License-Identifier: GPL-2.0

//! What a livepatch is made of, for each form that it can have.

use super::super::model::{Kind, Layout, State, Unreadable};
use super::*;
use livepatch_abi::note::{self, FIXES_SECTION};
use livepatch_elf::testing::DATA;

/// Reads a livepatch with the sizes of the kernel.
fn read(bytes: &[u8]) -> Result<Livepatch, Unreadable> {
    read_with(
        bytes,
        Layout {
            patch: Some(PATCH),
            object: Some(OBJECT),
            func: Some(FUNC),
        },
    )
}

fn read_with(bytes: &[u8], layout: Layout) -> Result<Livepatch, Unreadable> {
    let file = File::parse(bytes).unwrap();
    let module = super::super::module::Module::new(&file).unwrap();

    super::super::model::read(&module, "test", layout)
}

/// The functions as text, with what replaces each.
fn funcs(livepatch: &Livepatch) -> Vec<String> {
    livepatch
        .funcs()
        .map(|(object, func)| {
            let new = func.new_func.as_ref().map_or("nothing", |new| &new.name);
            format!("{}:{func}={new}", object.name)
        })
        .collect()
}

fn two_objects() -> Maker {
    let mut maker = Maker::new();
    let kernel = maker.funcs(&[("show", 0), ("twice", 2)]);
    let module = maker.funcs(&[("mod_show", 0)]);
    let nothing = maker.funcs(&[]);
    maker.patch(&[
        (None, kernel),
        (Some("some_mod"), module),
        (Some("other"), nothing),
    ]);
    maker
}

const TWO: [&str; 3] = [
    "vmlinux:show=new_show",
    "vmlinux:twice,2=new_twice",
    "some_mod:mod_show=new_mod_show",
];

#[test]
fn tables() {
    let livepatch = read(&two_objects().bytes()).unwrap();

    assert_eq!(funcs(&livepatch), TWO);
    assert_eq!(livepatch.kind, Kind::Tables);
    assert!(livepatch.has_object("other"));
    assert_eq!(livepatch.replace, Some(false));
    assert_eq!(livepatch.states, Some(Vec::new()));
}

/// Without the kernel's type information, sizes are found out.
#[test]
fn sizes_not_known() {
    let livepatch = read_with(&two_objects().bytes(), Layout::default()).unwrap();

    assert_eq!(funcs(&livepatch), TWO);
    assert!(livepatch.has_object("other"));
}

#[test]
fn no_objects() {
    let mut maker = Maker::new();
    maker.patch(&[]);
    let livepatch = read(&maker.bytes()).unwrap();

    assert_eq!(livepatch.kind, Kind::Tables);
    assert_eq!(livepatch.objects.len(), 0);
}

#[test]
fn replace_and_states() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    let states = maker.data("states", 3 * 24);
    maker.write(states, &7_u64.to_le_bytes());
    maker.write(states + 8, &2_u32.to_le_bytes());
    maker.write(states + 24, &9_u64.to_le_bytes());
    let patch = maker.patch(&[(None, funcs)]);
    maker.pointer(patch + 16, states);
    maker.write(patch + 24, &[1]);
    let livepatch = read(&maker.bytes()).unwrap();

    assert_eq!(livepatch.replace, Some(true));
    assert_eq!(
        livepatch.states,
        Some(vec![
            State { id: 7, version: 2 },
            State { id: 9, version: 0 }
        ])
    );
}

/// Code that writes to `replace` makes it unknown.
#[test]
fn replace_at_run_time() {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[("show", 0)]);
    let patch = maker.patch(&[(None, funcs)]);
    maker.refer(8, patch + 24);

    assert_eq!(read(&maker.bytes()).unwrap().replace, None);
}

#[test]
fn fixes() {
    for (field, replace) in [
        ("replace=yes\0", Some(true)),
        ("replace=no\0", Some(false)),
        ("", None),
    ] {
        let mut maker = two_objects();
        let fields = format!(
            "{field}fix=one\0function=vmlinux:show,0\0fix=other\0function=some_mod:mod_show,0\0"
        );
        maker
            .module
            .section(FIXES_SECTION, RODATA, fields.as_bytes());
        let livepatch = read(&maker.bytes()).unwrap();
        let fixes: Vec<_> = livepatch
            .funcs()
            .map(|(_, func)| func.fix.as_deref())
            .collect();

        assert_eq!(fixes, [Some("one"), None, Some("other")]);
        assert_eq!(livepatch.replace, replace);
    }
}

#[test]
fn note() {
    let mut maker = two_objects();
    let fields = b"name=test\0replace=yes\0fix=one\0function=vmlinux:show,0\0\0\0";
    let mut bytes = Vec::new();
    for word in [
        note::OWNER.len() as u32 + 1,
        fields.len() as u32,
        note::VERSION_1,
    ] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(note::OWNER.bytes());
    bytes.resize(
        bytes.len().next_multiple_of(4) + usize::from(bytes.len() % 4 == 0) * 4,
        0,
    );
    bytes.extend(fields);
    maker.module.section(note::SECTION, RODATA, &bytes);
    let livepatch = read(&maker.bytes()).unwrap();

    assert_eq!(livepatch.replace, Some(true));
    assert_eq!(
        livepatch.funcs().next().unwrap().1.fix.as_deref(),
        Some("one")
    );
}

#[test]
fn made_at_run_time() {
    let livepatch = read(&Maker::new().bytes()).unwrap();

    assert_eq!(livepatch.kind, Kind::RunTime);
    assert_eq!(
        Fake::new().says(&Maker::new().bytes()),
        ["not checked: what it replaces, since its tables are made at run time: make the tables static, as #[fix] does"]
    );
}

#[test]
fn no_end() {
    let mut maker = Maker::new();
    let funcs = maker.data("funcs", FUNC);
    maker.string(funcs, "show");
    maker.function(funcs + 8, "new_show");
    let object = maker.data("objects", 2 * OBJECT);
    maker.pointer(object + 8, funcs);
    let patch = maker.data("patch", PATCH);
    maker.pointer(patch + 8, object);

    let bytes = maker.bytes();

    assert_eq!(
        read(&bytes).unwrap_err().to_string(),
        "the table funcs does not end with an entry of zeroes"
    );
    assert_eq!(
        Fake::new().says(&bytes),
        ["its tables are damaged: the table funcs does not end with an entry of zeroes: build it again; what is written by hand ends \
          with an entry of zeroes"]
    );
}

/// Makes the sections of kpatch-build.
#[test]
fn kpatch() {
    let mut maker = Maker::new();
    let bytes = 2 * 56;
    let section = maker.module.section(".kpatch.funcs", DATA, &vec![0; bytes]);
    let strings = maker.module.section(
        ".kpatch.strings",
        RODATA,
        b"show\0vmlinux\0mod_show\0some_mod\0other\0",
    );
    let callbacks = maker
        .module
        .section(".kpatch.callbacks.pre_patch", DATA, &[0; 16]);
    let text = maker.text;
    let string = maker.module.local("", STT_SECTION, strings, 0, 0);
    let one = maker.module.local("show", STT_FUNC, text, 0, 16);
    let two = maker.module.local("mod_show", STT_FUNC, text, 16, 16);
    maker.module.file.sections[section].contents = {
        let mut bytes = vec![0; bytes];
        bytes[56 + 32] = 3;
        bytes.into()
    };
    maker.module.relocations(
        section,
        &[
            (0, one, R_X86_64_64, 0),
            (40, string, R_X86_64_64, 0),
            (48, string, R_X86_64_64, 5),
            (56, two, R_X86_64_64, 0),
            (96, string, R_X86_64_64, 13),
            (104, string, R_X86_64_64, 22),
        ],
    );
    maker.module.relocations(
        callbacks,
        &[(0, one, R_X86_64_64, 0), (8, string, R_X86_64_64, 31)],
    );
    let livepatch = read(&maker.bytes()).unwrap();

    assert_eq!(livepatch.kind, Kind::Kpatch);
    assert_eq!(
        funcs(&livepatch),
        ["vmlinux:show=show", "some_mod:mod_show,3=mod_show"]
    );
    assert!(livepatch.has_object("other"));
    assert_eq!(livepatch.replace, None);
}

/// Makes the sections of the kernel's klp-build.
#[test]
fn klp_build() {
    let mut maker = Maker::new();
    let mut objects = [0; 2 * 64];
    objects[56] = 1;
    objects[64 + 56] = 2;
    let objects = maker.module.section(".init.klp_objects", DATA, &objects);
    let mut table = [0; 3 * 24];
    table[24 + 16] = 2;
    let table = maker.module.section(".init.klp_funcs", DATA, &table);
    let strings = maker.module.section(
        ".rodata.klp.str1.1",
        RODATA,
        b"some_mod\0mod_show\0twice\0show\0",
    );
    let text = maker.text;
    let string = maker.module.local("", STT_SECTION, strings, 0, 0);
    let funcs_symbol = maker.module.local("", STT_SECTION, table, 0, 0);
    let new = maker.module.local("new", STT_FUNC, text, 0, 16);
    maker.module.relocations(
        objects,
        &[
            (0, string, R_X86_64_64, 0),
            (8, funcs_symbol, R_X86_64_64, 0),
            (72, funcs_symbol, R_X86_64_64, 24),
        ],
    );
    maker.module.relocations(
        table,
        &[
            (0, string, R_X86_64_64, 9),
            (8, new, R_X86_64_64, 0),
            (24, string, R_X86_64_64, 18),
            (32, new, R_X86_64_64, 0),
            (48, string, R_X86_64_64, 24),
            (56, new, R_X86_64_64, 0),
        ],
    );
    let livepatch = read(&maker.bytes()).unwrap();

    assert_eq!(livepatch.kind, Kind::KlpBuild);
    assert_eq!(
        funcs(&livepatch),
        [
            "some_mod:mod_show=new",
            "vmlinux:twice,2=new",
            "vmlinux:show=new"
        ]
    );
}
