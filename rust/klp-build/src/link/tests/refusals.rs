// SPDX-License-Identifier: GPL-2.0

//! Tests of what linking refuses in a module.

use livepatch_abi::modinfo::LIVEPATCH;
use livepatch_abi::note::MAX_DESCRIPTOR;

use super::*;
use crate::link::section::Reason;

/// A livepatch that refers to an unexported symbol from a section.
pub(super) fn from(section: &str, flags: u32, symbol: &str) -> Module {
    let mut module = Module::livepatch(MACHINES[0]);
    let section = match module.file.section_by_name(section) {
        Some((index, _)) => index,
        None => module.section(section, flags, &[0; 16]),
    };
    let symbol = module.global(symbol, Place::Absolute, UNLINKED);
    module.relocations(section, &[(8, symbol, 1, 0)]);
    module
}

/// Why a relocation cannot be in a section.
fn reason(section: &str, symbol: &str) -> Option<Reason> {
    let bytes = from(section, DATA, symbol).bytes();
    match link(&mut File::parse(&bytes).unwrap(), &origin()) {
        Ok(_) => None,
        Err(refusals) => match refusals.as_slice() {
            [Refusal::Place {
                section: refused,
                offset: 8,
                reason,
                ..
            }] => {
                assert_eq!(refused, section);
                Some(*reason)
            }
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn places_that_are_resolved_too_late_are_refused() {
    for (section, of_vmlinux, of_module) in [
        (".text", None, None),
        (".text.unlikely", None, None),
        (".exit.text", None, None),
        (".noinstr.text", None, None),
        (".rodata", None, None),
        (".data..ro_after_init", None, None),
        (".init.text", None, Some(Reason::Init)),
        (".init.rodata", None, Some(Reason::Init)),
        (".init.data", None, Some(Reason::Init)),
        (".data..percpu", Some(Reason::PerCpu), Some(Reason::PerCpu)),
        (
            ".data..percpu..shared_aligned",
            Some(Reason::PerCpu),
            Some(Reason::PerCpu),
        ),
        (".modinfo", Some(Reason::ReadFirst), Some(Reason::ReadFirst)),
        (
            "__versions",
            Some(Reason::ReadFirst),
            Some(Reason::ReadFirst),
        ),
        ("__jump_table", None, Some(Reason::Table("jump label"))),
        (
            ".static_call_sites",
            None,
            Some(Reason::Table("static call")),
        ),
        (".altinstructions", None, Some(Reason::Table("alternative"))),
        (
            ".altinstr_replacement",
            None,
            Some(Reason::Table("alternative")),
        ),
        (
            "__ex_table",
            None,
            Some(Reason::Table("entry of the exception table")),
        ),
        ("__bug_table", None, Some(Reason::Table("BUG() or WARN()"))),
        ("__param", None, Some(Reason::Table("module parameter"))),
        ("__ksymtab", None, Some(Reason::Table("exported symbol"))),
        (
            "__tracepoints_ptrs",
            None,
            Some(Reason::Table("tracepoint")),
        ),
        ("_ftrace_events", None, Some(Reason::Table("trace event"))),
        (
            "__lwsync_fixup",
            None,
            Some(Reason::Table("feature section")),
        ),
        (
            ".gnu.linkonce.this_module",
            None,
            Some(Reason::Table("init or exit function")),
        ),
    ] {
        assert_eq!(reason(section, FOO), of_vmlinux, "{section}");
        assert_eq!(reason(section, BAR), of_module, "{section}");
    }
}

#[test]
fn all_refusals_come_at_once_and_say_where_and_what_to_do() {
    let mut module = from("__jump_table", DATA, BAR);
    let init = module.section(".init.text", TEXT, &[0; 8]);
    let bar = module.global(BAR, Place::Undefined, 0);
    module.relocations(init, &[(4, bar, 4, -4)]);
    let refusals = refused(module);
    let text: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "section __jump_table, offset 0x8: it refers to bar.isra.0 of af_packet: the kernel reads this table once, when it \
             loads the livepatch, and resolves a module's symbols later: do without the jump label that refers to it",
            "section .init.text, offset 0x4: it refers to bar.isra.0 of af_packet: the kernel applies relocations to a module's \
             symbols whenever that module is loaded, and then this section has been freed: refer to the symbol from a callback, \
             such as #[post_patch]"
        ]
    );
}

#[test]
fn symbols_that_are_none_are_refused() {
    let one = |name: &str, place, value| {
        let mut module = Module::livepatch(MACHINES[0]);
        module.global(name, place, value);
        match refused(module).as_slice() {
            [refusal] => refusal.clone(),
            other => panic!("{other:?}"),
        }
    };
    for name in [
        "livepatch_unexported.vmlinux.foo",
        "livepatch_unexported.vmlinux.x.foo",
        "livepatch_unexported..0.foo",
        "livepatch_unexported.vmlinux.0.a,b",
    ] {
        let refusal = one(name, Place::Undefined, 0);
        assert!(matches!(refusal, Refusal::Malformed { .. }), "{refusal}");
    }
    for name in [
        format!("livepatch_unexported.{}.0.foo", "o".repeat(56)),
        format!("livepatch_unexported.vmlinux.0.{}", "s".repeat(512)),
    ] {
        let refusal = one(&name, Place::Undefined, 0);
        assert!(matches!(refusal, Refusal::NameTooLong { .. }), "{refusal}");
    }
    for (place, value) in [(Place::Absolute, 1), (Place::Section(4), 0)] {
        let refusal = one(FOO, place, value);
        assert!(matches!(refusal, Refusal::Defined { .. }), "{refusal}");
    }
}

#[test]
fn what_is_no_livepatch_uses_no_unexported_symbols() {
    let mut module = Module::empty(MACHINES[0]);
    module.section(".modinfo", RODATA, b"license=GPL\0");
    module.global(FOO, Place::Undefined, 0);
    let refusals = refused(module);
    assert!(matches!(refusals[..], [Refusal::NotLivepatch { .. }]));
    assert!(refusals[0].to_string().contains(LIVEPATCH));
}

#[test]
fn relocations_without_addends_are_refused() {
    let mut module = from(".text", TEXT, FOO);
    let (index, _) = module.file.section_by_name(".rela.text").unwrap();
    module.file.sections[index].sh_type = SHT_REL;
    let symbol = module.file.symbols.len() - 1;
    let mut entry = vec![0; 16];
    entry[12..].copy_from_slice(&(symbol as u32).to_le_bytes());
    module.file.sections[index].contents = entry.into();
    assert!(matches!(refused(module)[..], [Refusal::NoAddends { .. }]));
}

#[test]
fn fixes_that_make_no_note_are_refused() {
    let mut module = Module::empty(MACHINES[0]);
    module.section(FIXES_SECTION, RODATA, FIXES);
    assert_eq!(refused(module), [Refusal::NoVermagic]);

    let mut module = Module::livepatch(MACHINES[0]);
    let long = vec![b'x'; MAX_DESCRIPTOR];
    let fixes = [b"fix=one\0title=".as_slice(), &long].concat();
    module.section(FIXES_SECTION, RODATA, &fixes);
    assert!(matches!(refused(module)[..], [Refusal::Note(_)]));

    let mut module = Module::livepatch(MACHINES[0]);
    let fixes = module.section(FIXES_SECTION, RODATA, FIXES);
    module.relocations(fixes, &[]);
    assert_eq!(refused(module), [Refusal::FixesNotPlain]);

    let mut module = Module::livepatch(MACHINES[0]);
    let fixes = module.section(FIXES_SECTION, RODATA, FIXES);
    module.file.sections[fixes].sh_type = SHT_NOTE;
    assert_eq!(refused(module), [Refusal::FixesNotPlain]);

    let mut module = Module::livepatch(MACHINES[0]);
    module.section(FIXES_SECTION, RODATA, FIXES);
    module.section(FIXES_SECTION, RODATA, FIXES);
    assert_eq!(refused(module), [Refusal::FixesTwice]);

    let mut module = Module::livepatch(MACHINES[0]);
    module.section(FIXES_SECTION, RODATA, FIXES);
    module.section(SECTION, RODATA, b"");
    assert_eq!(refused(module), [Refusal::TwoNotes]);

    let mut module = Module::livepatch(MACHINES[0]);
    let fixes = module.section(FIXES_SECTION, RODATA, FIXES);
    let data = module.section(".data", DATA, &[0; 8]);
    let fields = module.local("fields", STT_OBJECT, fixes, 0, 4);
    module.relocations(data, &[(0, fields, 1, 0)]);
    let refusals = refused(module);
    assert!(
        matches!(
            refusals[..],
            [Refusal::Elf(livepatch_elf::Error::InUse { .. })]
        ),
        "{refusals:?}"
    );
}
