// SPDX-License-Identifier: GPL-2.0

//! Tests of what is linked in one way on one architecture only.

use super::*;
use crate::link::section::Reason;
use crate::loader::Unfit;

const S390: (Endianness, u16) = MACHINES[1];
const PPC64: (Endianness, u16) = MACHINES[2];
const AARCH64: (Endianness, u16) = MACHINES[3];
const BAZ: &str = "livepatch_unexported.pktgen.0.baz";

/// Why a relocation cannot be, if it cannot: to a symbol, from code or data of these flags and contents.
fn unfit(
    machine: (Endianness, u16),
    symbol: &str,
    (flags, contents): (u32, &[u8]),
    r_type: u32,
) -> Option<Unfit> {
    let mut module = Module::livepatch(machine);
    let section = module.section("section", flags, contents);
    let symbol = module.global(symbol, Place::Absolute, UNLINKED);
    module.relocations(section, &[(0, symbol, r_type, 0)]);
    let bytes = module.bytes();

    match link(&mut File::parse(&bytes).unwrap(), &origin()) {
        Ok(_) => None,
        Err(refusals) => match refusals.as_slice() {
            [Refusal::Place {
                reason: Reason::Loader(unfit),
                ..
            }] => Some(*unfit),
            other => panic!("{other:?}"),
        },
    }
}

#[test]
fn what_the_loaders_do_not_know_is_refused() {
    for (machine, r_type) in [
        (MACHINES[0], R_X86_64_GOTPCREL),
        (S390, R_390_COPY),
        (PPC64, R_PPC64_NONE),
        (AARCH64, R_AARCH64_ADR_GOT_PAGE),
    ] {
        for symbol in [FOO, BAR] {
            assert_eq!(
                unfit(machine, symbol, (TEXT, &[0; 8]), r_type),
                Some(Unfit::Unknown(r_type)),
                "{machine:?}"
            );
        }
    }
}

/// A function of another TOC is called with a `nop` behind.
#[test]
fn ppc64_restores_the_toc_behind_a_call() {
    for (instructions, expected) in [
        ([0x4800_0001, 0x6000_0000], None),
        // The distance, which the loader overwrites, and what it makes of the nop.
        ([0x4bff_fffd, 0xe841_0018], None),
        ([0x4800_0001, 0x3860_0000], Some(Unfit::NoNop)),
        ([0x4800_0000, 0x6000_0000], Some(Unfit::NoCall)),
        ([0x6000_0000, 0x6000_0000], Some(Unfit::NoCall)),
    ] {
        let code = instructions.map(u32::to_le_bytes).concat();

        for symbol in [FOO, BAR] {
            assert_eq!(
                unfit(PPC64, symbol, (TEXT, &code), R_PPC64_REL24),
                expected,
                "{instructions:x?}"
            );
        }
        // Nothing is there to restore it.
        assert_eq!(
            unfit(PPC64, FOO, (TEXT, &code[..4]), R_PPC64_REL24),
            expected.or(Some(Unfit::NoNop))
        );
    }
    assert_eq!(
        unfit(PPC64, FOO, (TEXT, &[]), R_PPC64_REL24),
        Some(Unfit::NoCall)
    );
}

/// The kernel is too far away from a module's TOC.
#[test]
fn ppc64_takes_addresses_from_the_toc() {
    for r_type in [
        R_PPC64_TOC16_HA,
        R_PPC64_TOC16_LO,
        R_PPC64_TOC16_LO_DS,
        R_PPC64_ADDR32,
    ] {
        assert_eq!(
            unfit(PPC64, FOO, (TEXT, &[0; 8]), r_type),
            Some(Unfit::TooNear(r_type))
        );
    }
    let mut module = Module::livepatch(PPC64);
    let text = module.section(".text", TEXT, &[0; 8]);
    let toc = module.section(".toc", DATA, &[0; 16]);
    let entry = module.local("", STT_SECTION, toc, 0, 0);
    let foo = module.global(FOO, Place::Absolute, UNLINKED);
    let bar = module.global(BAR, Place::Absolute, UNLINKED);
    module.relocations(
        text,
        &[
            (0, entry, R_PPC64_TOC16_HA, 8),
            (4, entry, R_PPC64_TOC16_LO_DS, 8),
        ],
    );
    module.relocations(
        toc,
        &[(0, foo, R_PPC64_ADDR64, 0), (8, bar, R_PPC64_ADDR64, 0)],
    );
    let bytes = linked(module);
    let file = File::parse(&bytes).unwrap();

    for (name, r_offset) in [
        (".klp.rela.vmlinux..toc", 0),
        (".klp.rela.af_packet..toc", 8),
    ] {
        let (index, section) = file.section_by_name(name).unwrap();
        let relocations: Vec<_> = file.relocations(index).unwrap().iter().collect();

        assert_eq!(section.sh_info as usize, toc);
        assert_eq!(relocations.len(), 1);
        assert_eq!(
            (relocations[0].r_offset, relocations[0].r_type),
            (r_offset, R_PPC64_ADDR64)
        );
    }
}

/// Its loader stores addresses as if they could be written to.
#[test]
fn ppc64_stores_addresses_of_modules_in_data_only() {
    for (flags, of_module) in [(DATA, None), (RODATA, Some(Unfit::ReadOnly))] {
        let section = (flags, [0; 8].as_slice());

        assert_eq!(unfit(PPC64, FOO, section, R_PPC64_ADDR64), None);
        assert_eq!(unfit(PPC64, BAR, section, R_PPC64_ADDR64), of_module);
        assert_eq!(unfit(S390, BAR, section, R_390_64), None);
        assert_eq!(unfit(AARCH64, BAR, section, R_AARCH64_ABS64), None);
    }
}

/// Its loader makes a stub for each address that is called, and counts relocations to know for how many it needs room.
#[test]
fn ppc64_has_room_for_stubs() {
    let linked = |symbols: &[&str]| {
        let mut module = Module::livepatch(PPC64);
        let text = module.section(".text", TEXT, &calls(PPC64, 2 * symbols.len()));
        for (at, symbol) in symbols.iter().enumerate() {
            let symbol = module.global(symbol, Place::Absolute, UNLINKED);
            let offset = at as u64 * 16;

            module.relocations(
                text,
                &[
                    (offset, symbol, R_PPC64_REL24, 0),
                    (offset + 8, symbol, R_PPC64_REL24, 0),
                ],
            );
        }
        linked(module)
    };
    for (symbols, expected) in [(&[FOO][..], 0), (&[FOO, BAR], 64), (&[FOO, BAR, BAZ], 128)] {
        let bytes = linked(symbols);
        let file = File::parse(&bytes).unwrap();
        let relocations: Vec<_> = match file.section_by_name(".rela.livepatch.stubs") {
            Some((index, section)) => {
                // The loader applies nothing there.
                assert!(!file.section(section.sh_info as usize).unwrap().is_alloc());
                file.relocations(index).unwrap().iter().collect()
            }
            None => Vec::new(),
        };
        let mut addends: Vec<_> = relocations.iter().map(|entry| entry.r_addend).collect();

        addends.dedup();
        assert_eq!(addends.len(), expected);
        assert!(!addends.contains(&0));
        assert!(relocations
            .iter()
            .all(|entry| (entry.r_sym, entry.r_type) == (0, R_PPC64_REL24)));
        let mut file = file;
        assert!(!link(&mut file, &origin()).unwrap().any());
    }
}

const GOT: &str = r#"6 .rela.text: type 0x4 flags 0x40 align 8 link 1 info 5
  0x8: type 19 livepatch_got+2
  0x10: type 19 livepatch_got+10
  0x18: type 19 livepatch_got+2
7 .klp.rela.vmlinux..text: type 0x4 flags 0x100042 align 8 link 1 info 5
  0x0: type 26 .klp.sym.vmlinux.foo,0+2
8 .livepatch.got: type 0x1 flags 0x3 align 8 link 0 info 0
9 .rela.livepatch.got: type 0x4 flags 0x40 align 8 link 1 info 8
  0x0: type 0 +0
10 .klp.rela.af_packet..livepatch.got: type 0x4 flags 0x100042 align 8 link 1 info 8
  0x0: type 22 .klp.sym.af_packet.bar.isra.0,2+0
11 .klp.rela.pktgen..livepatch.got: type 0x4 flags 0x100042 align 8 link 1 info 8
  0x8: type 22 .klp.sym.pktgen.baz,0+0
"livepatch_got": info 0x1 other 0x0 Section(8) 0x0 16
".klp.sym.vmlinux.foo,0": info 0x10 other 0x0 Reserved(65312) 0x0 0
".klp.sym.af_packet.bar.isra.0,2": info 0x10 other 0x0 Reserved(65312) 0x0 0
".klp.sym.pktgen.baz,0": info 0x10 other 0x0 Reserved(65312) 0x0 0
"#;

/// Its loader makes an entry of the GOT once, and a module can come again.
#[test]
fn s390_finds_symbols_of_modules_through_a_got_of_its_own() {
    let mut module = Module::livepatch(S390);
    let text = module.section(".text", TEXT, &[0; 32]);
    let foo = module.global(FOO, Place::Absolute, UNLINKED);
    let bar = module.global(BAR, Place::Absolute, UNLINKED);
    let baz = module.global(BAZ, Place::Absolute, UNLINKED);
    module.relocations(
        text,
        &[
            (0, foo, R_390_GOTENT, 2),
            (8, bar, R_390_GOTENT, 2),
            (16, baz, R_390_GOTENT, 2),
            (24, bar, R_390_GOTPLTENT, 2),
        ],
    );
    let bytes = module.bytes();
    let mut file = File::parse(&bytes).unwrap();
    let changes = link(&mut file, &origin()).unwrap();
    assert_eq!((changes.symbols, changes.relocations), (3, 3));
    let bytes = file.write().unwrap();
    let mut file = File::parse(&bytes).unwrap();
    let text = dump(&file);
    assert_eq!(&text[text.find("6 .rela.text").unwrap()..], GOT);
    assert_eq!(file.section(8).unwrap().bytes(), [0; 16]);
    assert!(!link(&mut file, &origin()).unwrap().any());
}

#[test]
fn s390_keeps_nothing_of_a_module_that_is_gone() {
    for (r_type, of_module) in [
        (R_390_PLT32DBL, None),
        (R_390_PC32DBL, None),
        (R_390_GOTENT, None),
        (R_390_GOT20, Some(Unfit::Kept(R_390_GOT20))),
        (R_390_PLT64, Some(Unfit::Kept(R_390_PLT64))),
    ] {
        assert_eq!(unfit(S390, FOO, (TEXT, &[0; 8]), r_type), None);
        assert_eq!(unfit(S390, BAR, (TEXT, &[0; 8]), r_type), of_module);
    }
}
