// SPDX-License-Identifier: GPL-2.0

//! Parameters, and gaps between them.

use super::*;
use livepatch_elf::testing::{DATA, MACHINES};

/// Returns what is said of a section with parameters at these offsets.
fn says_of(
    fake: &Fake,
    machine: (Endianness, u16),
    size: usize,
    parameters: &[u64],
) -> Vec<String> {
    let mut maker = Maker::of(machine);
    let funcs = maker.funcs(&[("show", 0)]);
    maker.patch(&[(None, funcs)]);
    let section = maker.module.section("__param", DATA, &vec![0; size]);
    let name = maker.module.local("name", STT_OBJECT, maker.text, 0, 1);
    let relocations: Vec<_> = parameters
        .iter()
        .flat_map(|parameter| [0, 8, 16, 32].map(|member| parameter + member))
        .map(|offset| (offset, name, address(machine), 0))
        .collect();
    maker.module.relocations(section, &relocations);
    fake.says(&maker.bytes())
}

#[test]
fn one_behind_the_other() {
    for machine in MACHINES {
        let fake = Fake::of(machine);
        assert_eq!(says_of(&fake, machine, 40, &[0]), [""; 0]);
        assert_eq!(says_of(&fake, machine, 120, &[0, 40, 80]), [""; 0]);
    }
}

#[test]
fn torn_apart() {
    for machine in MACHINES {
        let fake = Fake::of(machine);
        for (size, said) in [(88, "0x58"), (240, "0xf0")] {
            assert_eq!(
                says_of(&fake, machine, size, &[0, 48]),
                [format!(
                    "its parameters (__param, {said} bytes) are not 40 bytes apart, as the kernel reads them: it would follow a null \
                     pointer: build it with a compiler that aligns variables as that of the kernel does; rustc 1.85 does, 1.97 does \
                     not where -Zmin-function-alignment is more than 8"
                )]
            );
        }
    }
}

#[test]
fn nothing_known_of_them() {
    let mut fake = Fake::new();
    fake.sources.btf = None;
    let said = says_of(&fake, X86_64, 40, &[0]);
    assert!(
        said.contains(
            &"not checked: whether the parameters are where the kernel looks for them, for lack of the kernel's type information \
              (kernel_param): give a kernel with BTF"
                .to_owned()
        ),
        "{said:?}"
    );
}
