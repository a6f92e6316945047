// SPDX-License-Identifier: GPL-2.0

//! What the module loaders of the architectures make of relocations to symbols that the livepatch core resolves.
//!
//! They are applied by the loader's own function, and more than once: those of vmlinux while the livepatch is loaded, those of a
//! module whenever it is.
//!
//! C sources: `apply_relocate_add()` in `arch/x86/kernel/module.c`, `arch/s390/kernel/module.c`, `arch/powerpc/kernel/module_64.c`
//! and `arch/arm64/kernel/module.c`.

use livepatch_elf::elf::*;
use livepatch_elf::{Endianness, File, Relocation};

// What the crate for ELF has no names for.
const R_PPC64_REL24_NOTOC: u32 = 116;
const R_PPC64_PCREL34: u32 = 132;
const R_PPC64_GOT_PCREL34: u32 = 133;

/// Why the kernel does not apply a relocation to such a symbol as it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {what_to_do}", what = self.what(), what_to_do = self.what_to_do())]
pub enum Unfit {
    /// The loader does not know the type.
    Unknown(u32),
    /// It holds a part of the distance only.
    TooNear(u32),
    /// Nothing restores the TOC behind a call.
    NoNop,
    /// A jump, behind which nothing can restore the TOC.
    NoCall,
    /// The loader writes to it as if it could be written to.
    ReadOnly,
    /// The loader remembers the address of the first time.
    Kept(u32),
}

impl Unfit {
    /// Says what is wrong.
    pub fn what(self) -> String {
        match self {
            Self::Unknown(r_type) => {
                format!("the kernel's loader knows no relocation of type {r_type} to such a symbol")
            }
            Self::TooNear(r_type) => format!(
                "a relocation of type {r_type} does not reach so far, and the loader does not notice"
            ),
            Self::NoNop => "no nop follows the call, which the loader would make restore the TOC".to_owned(),
            Self::NoCall => {
                "it is no call, so nothing restores the TOC of the caller afterwards".to_owned()
            }
            Self::ReadOnly => {
                "the kernel resolves a module's symbols when this section can no longer be written to, and the loader of \
                 this architecture does so as if it could"
                    .to_owned()
            }
            Self::Kept(r_type) => format!(
                "for a relocation of type {r_type} the loader keeps the address that the symbol had when its module was loaded first"
            ),
        }
    }

    /// Says what to do.
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::Unknown(_) => "compile the code with the kernel's own flags",
            Self::TooNear(_) => "compile the code with the kernel's own flags, so that it takes the address from the TOC",
            Self::NoNop => "declare the function as one of another file, in the file that calls it",
            Self::NoCall => "compile the code with -fno-optimize-sibling-calls",
            Self::ReadOnly => "make it data that can be written to, or set it in a callback",
            Self::Kept(_) => "compile the code with the kernel's own flags, and link it with klp-build link",
        }
    }
}

/// Returns why the kernel does not apply a relocation of the section `target` as it is meant, if it does not; `is_late` tells
/// that it is to a symbol of a module, so that it is applied when the module is there.
pub fn unfit(
    file: &File<'_>,
    target: usize,
    relocation: &Relocation,
    is_late: bool,
) -> Option<Unfit> {
    let r_type = relocation.r_type;

    match file.header.e_machine {
        EM_X86_64 => (!is_of_x86_64(r_type)).then_some(Unfit::Unknown(r_type)),
        EM_S390 => of_s390(r_type, is_late),
        EM_PPC64 => of_ppc64(file, target, relocation, is_late),
        EM_AARCH64 => (!is_of_aarch64(r_type)).then_some(Unfit::Unknown(r_type)),
        // Of others, nothing is known.
        _ => None,
    }
}

/// Returns the type of a relocation that the loader does nothing for.
pub fn nothing(e_machine: u16) -> u32 {
    match e_machine {
        // R_PPC64_NONE is refused, and this hint to the linker is ignored.
        EM_PPC64 => R_PPC64_TOCSAVE,
        // R_X86_64_NONE, R_390_NONE, R_AARCH64_NONE
        _ => 0,
    }
}

fn is_of_x86_64(r_type: u32) -> bool {
    matches!(
        r_type,
        R_X86_64_NONE
            | R_X86_64_64
            | R_X86_64_PC32
            | R_X86_64_PLT32
            | R_X86_64_32
            | R_X86_64_32S
            | R_X86_64_PC64
    )
}

fn of_s390(r_type: u32, is_late: bool) -> Option<Unfit> {
    match r_type {
        R_390_NONE | R_390_8 | R_390_12 | R_390_16 | R_390_20 | R_390_32 | R_390_64
        | R_390_PC16 | R_390_PC16DBL | R_390_PC32 | R_390_PC32DBL | R_390_PC64 => None,
        R_390_GOTOFF16 | R_390_GOTOFF32 | R_390_GOTOFF64 => None,
        // The code reaches what is near without the PLT, and modules are near each other.
        R_390_PLT16DBL | R_390_PLT32DBL => None,
        // An entry of the GOT or the PLT is made once for each symbol.
        R_390_GOT12 | R_390_GOT16 | R_390_GOT20 | R_390_GOT32 | R_390_GOT64 | R_390_GOTENT
        | R_390_GOTPLT12 | R_390_GOTPLT16 | R_390_GOTPLT20 | R_390_GOTPLT32 | R_390_GOTPLT64
        | R_390_GOTPLTENT | R_390_PLT32 | R_390_PLT64 | R_390_PLTOFF16 | R_390_PLTOFF32
        | R_390_PLTOFF64 => is_late.then_some(Unfit::Kept(r_type)),
        _ => Some(Unfit::Unknown(r_type)),
    }
}

fn of_ppc64(
    file: &File<'_>,
    target: usize,
    relocation: &Relocation,
    is_late: bool,
) -> Option<Unfit> {
    let r_type = relocation.r_type;

    match r_type {
        R_PPC64_REL24 => of_call(file, target, relocation.r_offset),
        R_PPC64_REL24_NOTOC => None,
        R_PPC64_ADDR64 | R_PPC64_REL64 | R_PPC64_REL32 | R_PPC64_PCREL34 | R_PPC64_GOT_PCREL34 => {
            (is_late && !is_writable(file, target)).then_some(Unfit::ReadOnly)
        }
        R_PPC64_TOCSAVE => None,
        R_PPC64_ADDR32 | R_PPC64_TOC16 | R_PPC64_TOC16_LO | R_PPC64_TOC16_HA | R_PPC64_TOC16_DS
        | R_PPC64_TOC16_LO_DS | R_PPC64_REL16_LO | R_PPC64_REL16_HA => Some(Unfit::TooNear(r_type)),
        _ => Some(Unfit::Unknown(r_type)),
    }
}

/// Returns whether the section can be written to when a module is loaded later.
fn is_writable(file: &File<'_>, target: usize) -> bool {
    file.section(target).is_some_and(|section| {
        section.sh_flags & u64::from(SHF_WRITE) != 0
            && !section.name.starts_with(".data..ro_after_init")
    })
}

/// Returns what is wrong with a call through the TOC: the loader has it go to a stub, which leaves the TOC of the callee behind.
fn of_call(file: &File<'_>, target: usize, offset: u64) -> Option<Unfit> {
    /// `nop`, and `ld r2,24(r1)`, which the loader makes of it.
    const RESTORES: [u32; 2] = [0x6000_0000, 0xe841_0018];
    /// `bl`, without the distance.
    const CALL: u32 = 0x4800_0001;
    const CALL_MASK: u32 = 0xfc00_0003;

    let instruction = |offset: Option<u64>| {
        let start = usize::try_from(offset?).ok()?;
        let bytes = file.section(target)?.bytes().get(start..)?.first_chunk()?;

        Some(match file.endian() {
            Endianness::Little => u32::from_le_bytes(*bytes),
            Endianness::Big => u32::from_be_bytes(*bytes),
        })
    };

    if instruction(Some(offset)).map(|call| call & CALL_MASK) != Some(CALL) {
        return Some(Unfit::NoCall);
    }
    let is_restored =
        instruction(offset.checked_add(4)).is_some_and(|next| RESTORES.contains(&next));

    (!is_restored).then_some(Unfit::NoNop)
}

fn is_of_aarch64(r_type: u32) -> bool {
    matches!(
        r_type,
        // It has two numbers.
        R_AARCH64_NONE
            | 256
            | R_AARCH64_ABS64
            | R_AARCH64_ABS32
            | R_AARCH64_ABS16
            | R_AARCH64_PREL64
            | R_AARCH64_PREL32
            | R_AARCH64_PREL16
            | R_AARCH64_MOVW_UABS_G0
            | R_AARCH64_MOVW_UABS_G0_NC
            | R_AARCH64_MOVW_UABS_G1
            | R_AARCH64_MOVW_UABS_G1_NC
            | R_AARCH64_MOVW_UABS_G2
            | R_AARCH64_MOVW_UABS_G2_NC
            | R_AARCH64_MOVW_UABS_G3
            | R_AARCH64_MOVW_SABS_G0
            | R_AARCH64_MOVW_SABS_G1
            | R_AARCH64_MOVW_SABS_G2
            | R_AARCH64_MOVW_PREL_G0
            | R_AARCH64_MOVW_PREL_G0_NC
            | R_AARCH64_MOVW_PREL_G1
            | R_AARCH64_MOVW_PREL_G1_NC
            | R_AARCH64_MOVW_PREL_G2
            | R_AARCH64_MOVW_PREL_G2_NC
            | R_AARCH64_MOVW_PREL_G3
            | R_AARCH64_LD_PREL_LO19
            | R_AARCH64_ADR_PREL_LO21
            | R_AARCH64_ADR_PREL_PG_HI21
            | R_AARCH64_ADR_PREL_PG_HI21_NC
            | R_AARCH64_ADD_ABS_LO12_NC
            | R_AARCH64_LDST8_ABS_LO12_NC
            | R_AARCH64_LDST16_ABS_LO12_NC
            | R_AARCH64_LDST32_ABS_LO12_NC
            | R_AARCH64_LDST64_ABS_LO12_NC
            | R_AARCH64_LDST128_ABS_LO12_NC
            | R_AARCH64_TSTBR14
            | R_AARCH64_CONDBR19
            | R_AARCH64_JUMP26
            | R_AARCH64_CALL26
    )
}
