// SPDX-License-Identifier: GPL-2.0

//! Room for the stubs of calls, on ppc64.
//!
//! A call of another module goes through a stub, which holds the address. The loader makes room for as many as there are
//! relocations of calls when it loads the livepatch, and makes one for each address that it has not seen yet. A function of a
//! module that comes again is somewhere else, so that it needs another one each time; and the loader, which takes none back, writes
//! behind the last one. What it counts are relocations in any section, so there is a section of relocations that nothing applies,
//! because what they are to is not loaded.
//!
//! C source: `get_stubs_size()` and `stub_for_addr()` in `arch/powerpc/kernel/module_64.c`.

use std::collections::BTreeSet;

use livepatch_abi::object::VMLINUX;
use livepatch_elf::elf::{EM_PPC64, R_PPC64_REL24, SHF_INFO_LINK, SHT_PROGBITS, SHT_RELA};
use livepatch_elf::{File, Relocation, Section};

use super::convert::RELA_SIZE;

/// The names of the section, and of its relocations.
const SECTION: &str = ".livepatch.stubs";
const RELA: &str = ".rela.livepatch.stubs";

/// How often a module can come again, at another address each time.
const TIMES: usize = 64;

/// Collects what the livepatch calls in modules.
#[derive(Default)]
pub struct Stubs(BTreeSet<u32>);

impl Stubs {
    /// Takes notice of a klp relocation to a symbol of an object.
    pub fn note(&mut self, file: &File<'_>, relocation: &Relocation, object: &str) {
        let is_call = file.header.e_machine == EM_PPC64 && relocation.r_type == R_PPC64_REL24;

        if is_call && object != VMLINUX {
            self.0.insert(relocation.r_sym);
        }
    }

    /// Adds the sections, if there are calls.
    pub fn finish(self, file: &mut File<'_>) {
        if self.0.is_empty() {
            return;
        }
        let target = file.push_section(Section {
            name: SECTION.into(),
            sh_type: SHT_PROGBITS,
            sh_addralign: 4,
            contents: vec![0; 4].into(),
            ..Section::default()
        });
        let relocations = file.push_section(Section {
            name: RELA.into(),
            sh_type: SHT_RELA,
            sh_flags: SHF_INFO_LINK.into(),
            sh_addralign: 8,
            sh_entsize: RELA_SIZE,
            sh_link: file.symtab().map_or(0, |symtab| symtab as u32),
            sh_info: target as u32,
            ..Section::default()
        });
        // It counts each addend.
        let all: Vec<_> = (1..=self.0.len() * TIMES)
            .map(|r_addend| Relocation {
                r_offset: 0,
                r_sym: 0,
                r_type: R_PPC64_REL24,
                r_addend: r_addend as i64,
            })
            .collect();
        file.set_relocations(relocations, &all);
    }
}
