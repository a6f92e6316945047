// SPDX-License-Identifier: GPL-2.0

//! Livepatches and kernels of all machines.

use livepatch_elf::testing::{address, call, DATA, MACHINES};
use livepatch_elf::{Place, Relocation};

use super::*;

const S390: (Endianness, u16) = MACHINES[1];
const PPC64: (Endianness, u16) = MACHINES[2];

/// A livepatch of a function of vmlinux and one of `some_mod`, which uses unexported symbols of both.
fn maker(machine: (Endianness, u16)) -> Maker {
    let mut maker = Maker::of(machine);
    let funcs = maker.funcs(&[("show", 0), ("twice", 2)]);
    let more = maker.funcs(&[("mod_show", 0)]);
    maker.patch(&[(None, funcs), (Some("some_mod"), more)]);
    maker.uses("vmlinux", ".klp.sym.vmlinux.secret,0");
    maker.uses("some_mod", ".klp.sym.some_mod.mod_static,0");
    maker
}

/// What is said if a symbol of an object is used in a section of those flags, by a relocation of that type.
fn used(
    machine: (Endianness, u16),
    flags: u32,
    (object, symbol): (&str, &str),
    r_type: u32,
) -> Vec<String> {
    let mut maker = maker(machine);
    let section = maker.module.section(".section", flags, &[0; 16]);
    let symbol = maker.klp_symbol(symbol);
    maker.klp(object, section, 0, symbol);
    let bytes = maker.bytes();
    let mut file = File::parse(&bytes).unwrap();
    let name = format!(".klp.rela.{object}..section");
    let (index, _) = file.section_by_name(&name).unwrap();
    let mut relocation = file.relocations(index).unwrap().get(0).unwrap();
    relocation.r_type = r_type;
    file.set_relocations(index, &[relocation]);
    let bytes = file.write().unwrap();
    Fake::of(machine).says(&bytes)
}

const SECRET: (&str, &str) = ("vmlinux", ".klp.sym.vmlinux.secret,0");
const MOD_KEY: (&str, &str) = ("some_mod", ".klp.sym.some_mod.mod_key,0");

#[test]
fn what_is_right_is_not_refused_anywhere() {
    for machine in MACHINES {
        let checked = Fake::of(machine).check(&maker(machine).bytes());

        assert_eq!(says(&checked), [""; 0], "{machine:?}");
        let funcs: Vec<_> = checked
            .livepatch
            .funcs()
            .map(|(_, func)| func.to_string())
            .collect();
        assert_eq!(funcs, ["show", "twice,2", "mod_show"]);
    }
}

#[test]
fn what_is_wrong_is_refused_everywhere() {
    for machine in MACHINES {
        let mut maker = Maker::of(machine);
        let funcs = maker.funcs(&[("not_traced", 0), ("twice", 3), ("mod_quiet", 0)]);
        maker.patch(&[(None, funcs)]);
        let said = Fake::of(machine).says(&maker.bytes());

        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("it has no ftrace site"), "{said:?}");
        assert!(said[1].contains("its sympos is 3"), "{said:?}");
        assert!(said[2].contains("vmlinux has no symbol"), "{said:?}");
    }
}

#[test]
fn another_machine() {
    for machine in MACHINES {
        for kernel in MACHINES {
            let said = Fake::of(kernel).says(&maker(machine).bytes());

            assert_eq!(
                said.iter().any(|said| said.starts_with("it is for ")),
                machine != kernel,
                "{said:?}"
            );
        }
    }
    assert_eq!(
        Fake::new().says(&maker(S390).bytes()),
        ["it is for s390x, and this kernel is for x86_64: build it for this kernel"]
    );
}

#[test]
fn another_abi() {
    let bytes = maker(PPC64).bytes();
    let mut file = File::parse(&bytes).unwrap();
    file.header.e_flags = 1;

    assert_eq!(
        Fake::of(PPC64).says(&file.write().unwrap()),
        ["its functions have descriptors (ELFv1), and those of this kernel have none (ELFv2): the kernel refuses it: compile it with \
          the kernel's own flags"]
    );
}

#[test]
fn relocations_that_the_loader_does_not_take() {
    assert_eq!(
        used(MACHINES[0], TEXT, SECRET, R_X86_64_GOTPCREL),
        ["vmlinux: secret: .section+0x0: the kernel's loader knows no relocation of type 9 to such a symbol: compile the code with the \
          kernel's own flags"]
    );
    assert_eq!(used(S390, TEXT, SECRET, R_390_GOTENT), [""; 0]);
    assert_eq!(
        used(S390, TEXT, MOD_KEY, R_390_GOTENT),
        ["some_mod: mod_key: .section+0x0: for a relocation of type 26 the loader keeps the address that the symbol had when its \
          module was loaded first: compile the code with the kernel's own flags, and link it with klp-build link"]
    );
    assert_eq!(
        used(PPC64, TEXT, SECRET, R_PPC64_TOC16_HA),
        ["vmlinux: secret: .section+0x0: a relocation of type 50 does not reach so far, and the loader does not notice: compile the \
          code with the kernel's own flags, so that it takes the address from the TOC"]
    );
    assert_eq!(
        used(PPC64, TEXT, SECRET, R_PPC64_REL24),
        ["vmlinux: secret: .section+0x0: it is no call, so nothing restores the TOC of the caller afterwards: compile the code with \
          -fno-optimize-sibling-calls"]
    );
    assert_eq!(used(PPC64, DATA, MOD_KEY, R_PPC64_ADDR64), [""; 0]);
    assert_eq!(
        used(PPC64, RODATA, MOD_KEY, R_PPC64_ADDR64),
        ["some_mod: mod_key: .section+0x0: the kernel resolves a module's symbols when this section can no longer be written to, and \
          the loader of this architecture does so as if it could: make it data that can be written to, or set it in a callback"]
    );
}

/// What the loaders define themselves.
#[test]
fn symbols_of_the_loader() {
    for (machine, name) in [
        (MACHINES[0], "_GLOBAL_OFFSET_TABLE_"),
        (S390, "_GLOBAL_OFFSET_TABLE_"),
        (PPC64, ".TOC."),
    ] {
        for other in MACHINES {
            let mut maker = maker(other);
            maker.module.global(name, Place::Undefined, 0);
            let said = Fake::of(other).says(&maker.bytes());
            let is_its_own = other == machine || other == S390 && machine == MACHINES[0];

            if is_its_own {
                assert_eq!(said, [""; 0], "{name}");
            } else if other != MACHINES[0] {
                assert_eq!(said.len(), 1, "{name}: {said:?}");
            }
        }
    }
}

/// The number of a version is as long as an address, and its half that counts is in another place.
#[test]
fn versions_of_both_orders_of_bytes() {
    for machine in MACHINES {
        for (crc, is_right) in [(1_u64, true), (1 << 32, false)] {
            let mut table = Vec::new();
            for (crc, name) in [(crc, "klp_enable_patch"), (6, "module_layout")] {
                table.extend(match machine.0 {
                    Endianness::Little => crc.to_le_bytes(),
                    Endianness::Big => crc.to_be_bytes(),
                });
                table.extend(name.bytes());
                table.resize(table.len().next_multiple_of(64), 0);
            }
            let mut maker = maker(machine);
            maker.module.section("__versions", RODATA, &table);
            let said = Fake::with_versions_of(machine).says(&maker.bytes());

            assert_eq!(said.is_empty(), is_right, "{machine:?} {said:?}");
        }
    }
}

/// Code that is replaced by an alternative, from 64 on, has a symbol of a module in it.
#[test]
fn replaced_code() {
    for machine in MACHINES {
        let mut maker = maker(machine);
        let text = maker.text;
        let start = maker.module.local("replaced", STT_NOTYPE, text, 64, 0);
        let mut table = [0; 14];
        table[12] = 4;
        let table = maker.module.section(".altinstructions", RODATA, &table);
        maker
            .module
            .relocations(table, &[(0, start, call(machine), 0)]);
        let key = maker.klp_symbol(".klp.sym.some_mod.mod_key,0");
        maker.klp("some_mod", text, 64, key);
        maker.klp("some_mod", text, 72, key);
        let said = Fake::of(machine).says(&maker.bytes());

        assert_eq!(said.len(), 1, "{machine:?} {said:?}");
        assert!(said[0].contains("(.text+0x40)"), "{said:?}");
    }
}

#[test]
fn tables_of_each_machine() {
    for (machine, section) in [
        (S390, ".s390_return_mem"),
        (S390, "__stack_protector_loc"),
        (PPC64, "__lwsync_fixup"),
        (PPC64, "__ftr_alt_97"),
    ] {
        let mut maker = maker(machine);
        let section = maker.module.section(section, DATA, &[0; 8]);
        let key = maker.klp_symbol(MOD_KEY.1);
        maker.klp("some_mod", section, 0, key);
        let said = Fake::of(machine).says(&maker.bytes());

        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("the loader reads it there"), "{said:?}");
    }
}

/// Code of another machine than x86 refers to a structure by its beginning, so it is not known what it writes to.
#[test]
fn what_is_decided_at_load_time() {
    for machine in MACHINES {
        let mut maker = maker(machine);
        let parameter = maker.module.section("__param", RODATA, &[0; 40]);
        let name = maker.module.section(".name", RODATA, b"replace\0");
        let name = maker.module.local("name", STT_OBJECT, name, 0, 8);
        maker
            .module
            .relocations(parameter, &[(0, name, address(machine), 0)]);
        let checked = Fake::of(machine).check(&maker.bytes());
        let expected = match machine.1 {
            EM_X86_64 => Some(false),
            _ => None,
        };

        assert_eq!(checked.livepatch.replace, expected);
    }
}

/// Damage to a livepatch of any machine ends in findings or an error.
#[test]
fn damaged() {
    for machine in [S390, PPC64] {
        let bytes = maker(machine).bytes();
        let fake = Fake::of(machine);
        let kernel = Kernel::open(&fake.sources, None).unwrap();
        let target = Target::new(&kernel);

        for at in (0..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let _ = check(&target, Path::new("test.ko"), &damaged);
        }
    }
}

/// A relocation at the end of a section, or far behind it, is of no call.
#[test]
fn a_call_that_is_not_there() {
    let bytes = maker(PPC64).bytes();
    let mut file = File::parse(&bytes).unwrap();
    let (index, _) = file.section_by_name(".klp.rela.vmlinux..text").unwrap();
    let relocation = file.relocations(index).unwrap().get(0).unwrap();

    for r_offset in [508, 510, 512, u64::MAX] {
        file.set_relocations(
            index,
            &[Relocation {
                r_offset,
                ..relocation
            }],
        );
        let said = Fake::of(PPC64).says(&file.write().unwrap());

        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("TOC"), "{said:?}");
    }
}
