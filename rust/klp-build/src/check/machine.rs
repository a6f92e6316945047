// SPDX-License-Identifier: GPL-2.0

//! The module is of the kernel's architecture.
//!
//! C sources: `elf_validity_cache_copy()` in `kernel/module/main.c`, and `elf_check_arch()` and `module_elf_check_arch()` of the
//! architectures.

use livepatch_elf::elf::{EF_PPC64_ABI, EM_AARCH64, EM_PPC64, EM_S390, EM_X86_64};
use livepatch_elf::Endianness;

use super::context::Context;
use super::finding::{Finding, Findings};
use super::Error;

/// An architecture.
struct Architecture {
    /// The option that the configuration of its kernels has.
    option: &'static str,
    machine: u16,
    endian: Endianness,
    /// What uname(1) calls it.
    name: &'static str,
}

const ARCHITECTURES: [Architecture; 6] = [
    Architecture {
        option: "CONFIG_X86_64",
        machine: EM_X86_64,
        endian: Endianness::Little,
        name: "x86_64",
    },
    Architecture {
        option: "CONFIG_S390",
        machine: EM_S390,
        endian: Endianness::Big,
        name: "s390x",
    },
    Architecture {
        option: "CONFIG_PPC64",
        machine: EM_PPC64,
        endian: Endianness::Little,
        name: "ppc64le",
    },
    Architecture {
        option: "CONFIG_PPC64",
        machine: EM_PPC64,
        endian: Endianness::Big,
        name: "ppc64",
    },
    Architecture {
        option: "CONFIG_ARM64",
        machine: EM_AARCH64,
        endian: Endianness::Little,
        name: "aarch64",
    },
    Architecture {
        option: "CONFIG_ARM64",
        machine: EM_AARCH64,
        endian: Endianness::Big,
        name: "aarch64_be",
    },
];

/// The option of kernels whose architecture has both orders of bytes, and which have this one.
const BIG_ENDIAN: &str = "CONFIG_CPU_BIG_ENDIAN";
/// The option of kernels of ppc64 whose functions have no descriptors.
const ABI_V2: &str = "CONFIG_PPC64_ELF_ABI_V2";

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let has = |option: &str| match context.kernel().config(option) {
        Ok(value) => Ok(value.is_some()),
        Err(livepatch_symbols::Error::Unknown(_)) => Ok(false),
        Err(error) => Err(error),
    };
    let header = &context.file().header;
    let mut kernel = None;

    for architecture in &ARCHITECTURES {
        let is_big = architecture.endian == Endianness::Big;
        let is_ours = has(architecture.option)?
            && (architecture.machine == EM_S390 || has(BIG_ENDIAN)? == is_big);

        if is_ours {
            kernel = Some(architecture);
        }
    }
    // Of other kernels, nothing is known.
    let Some(kernel) = kernel else {
        return Ok(());
    };
    if (kernel.machine, kernel.endian) != (header.e_machine, header.endian) {
        let module = ARCHITECTURES
            .iter()
            .find(|other| (other.machine, other.endian) == (header.e_machine, header.endian))
            .map_or_else(
                || format!("machine {} of ELF", header.e_machine),
                |architecture| architecture.name.to_owned(),
            );
        findings.push(Finding::refused(
            "machine",
            format!("it is for {module}, and this kernel is for {}", kernel.name),
            "build it for this kernel",
        ));
    } else if kernel.machine == EM_PPC64 && has(ABI_V2)? && header.e_flags & EF_PPC64_ABI != 2 {
        findings.push(Finding::refused(
            "abi",
            "its functions have descriptors (ELFv1), and those of this kernel have none (ELFv2): the kernel refuses it",
            "compile it with the kernel's own flags",
        ));
    }
    Ok(())
}
