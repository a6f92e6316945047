// SPDX-License-Identifier: GPL-2.0

//! What code and data refer to, without the help of symbols or debug information.
//!
//! A call, a jump, a pointer: whatever stands in code or data and comes to the address of a function, when it is read in one of the
//! ways in which x86-64 writes addresses. Bytes that mean something else come to such an address by chance, one function in some
//! hundreds: the function is taken for one that is used then. What describes all functions (where they begin, how they are unwound)
//! does not count.

use std::collections::HashSet;
use std::ops::Range;

use livepatch_elf::elf::EM_X86_64;
use livepatch_elf::{Endianness, File, Section};

/// What the names of sections begin with that describe code.
const DESCRIPTIONS: [&str; 17] = [
    "__bug_table",
    "__ex_table",
    "__jump_table",
    "__mcount_loc",
    "__patchable_function_entries",
    ".altinstructions",
    ".BTF",
    ".call_sites",
    ".cfi_sites",
    ".debug",
    ".eh_frame",
    ".ibt_endbr_seal",
    ".orc_",
    ".retpoline_sites",
    ".return_sites",
    ".static_call_sites",
    ".smp_locks",
];
/// In this section, newer kernels have the symbol table, as distances from where they stand.
const RODATA: &str = ".rodata";
/// The section that the functions of a kernel are in.
const TEXT: &str = ".text";

/// What the names of sections have that hold code; others can have the flag for it.
const CODE: [&str; 2] = ["text", ".altinstr_"];

/// What is referred to in the code of a kernel.
pub(super) struct References {
    offsets: Vec<u32>,
}

impl References {
    /// Finds the references in a kernel: offsets from the beginning of its code, in their order. Empty if they cannot be found.
    ///
    /// `sites` is where the addresses of all ftrace sites are, from the beginning of its code.
    pub(super) fn find(file: &File<'_>, sites: &Range<u64>) -> Vec<u32> {
        let mut offsets = Vec::new();
        let Some((_, text)) = file.section_by_name(TEXT).filter(|_| is_x86_64(file)) else {
            return offsets;
        };
        let (start, size) = (text.sh_addr, text.size());
        let mut note = |address: u64| {
            let offset = address.wrapping_sub(start);

            if offset < size {
                offsets.extend(u32::try_from(offset));
            }
        };

        for section in file.sections.iter().filter(|section| counts(section)) {
            if is_code(section) {
                in_code(section.sh_addr, section.bytes(), true, &mut note);
                continue;
            }
            for (address, bytes) in around(section, start, sites) {
                in_data(address, bytes, section.name != RODATA, &mut note);
            }
        }
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }

    /// Takes what [`Self::find`] found; [`None`] if it is nothing.
    pub(super) fn new(offsets: Vec<u32>) -> Option<Self> {
        (!offsets.is_empty()).then_some(Self { offsets })
    }

    /// Returns whether something refers to what is at an offset of the code.
    pub(super) fn has(&self, offset: u64) -> bool {
        u32::try_from(offset).is_ok_and(|offset| self.offsets.binary_search(&offset).is_ok())
    }
}

/// Finds what is referred to in a module: sections and offsets; [`None`] if it cannot be found.
pub(super) fn of_module(file: &File<'_>) -> Option<HashSet<(usize, u64)>> {
    let mut found = HashSet::new();

    if !is_x86_64(file) || !file.is_relocatable() {
        return None;
    }
    for (index, section) in file.sections.iter().enumerate() {
        if !counts(section) {
            continue;
        }
        for relocation in file.relocations_to(index).ok()? {
            if let Some((section, offset)) = file.target(&relocation) {
                // Most are relative to the end of an instruction, four bytes on.
                found.extend([offset, offset.wrapping_add(4)].map(|offset| (section, offset)));
            }
        }
        // Calls within a section are not relocated.
        if is_code(section) {
            in_code(0, section.bytes(), false, &mut |offset| {
                if offset < section.size() {
                    found.insert((index, offset));
                }
            });
        }
    }
    // Every module has at least its name and its init function in a table.
    (!found.is_empty()).then_some(found)
}

fn is_x86_64(file: &File<'_>) -> bool {
    file.header.e_machine == EM_X86_64 && file.endian() == Endianness::Little
}

fn counts(section: &Section<'_>) -> bool {
    section.is_alloc()
        && !section.is_nobits()
        && !section.is_relocations()
        && !DESCRIPTIONS
            .iter()
            .any(|prefix| section.name.starts_with(prefix))
}

fn is_code(section: &Section<'_>) -> bool {
    CODE.iter().any(|word| section.name.contains(word))
}

/// Returns what a section has before and behind the ftrace sites, with the addresses.
fn around<'b>(section: &'b Section<'_>, start: u64, sites: &Range<u64>) -> [(u64, &'b [u8]); 2] {
    let bytes = section.bytes();
    let place = |offset: u64| {
        let offset = start.wrapping_add(offset).wrapping_sub(section.sh_addr);

        usize::try_from(offset).unwrap_or(usize::MAX)
    };

    match (
        bytes.split_at_checked(place(sites.start)),
        bytes.split_at_checked(place(sites.end)),
    ) {
        (Some((before, _)), Some((_, behind))) if !sites.is_empty() => [
            (section.sh_addr, before),
            (start.wrapping_add(sites.end), behind),
        ],
        _ => [(section.sh_addr, bytes), (section.sh_addr, &[])],
    }
}

/// Finds what code at an address refers to: by the distance from the end of the instruction and, if `absolute`, by address.
pub(super) fn in_code(address: u64, bytes: &[u8], absolute: bool, note: &mut impl FnMut(u64)) {
    for (at, window) in bytes.windows(6).enumerate() {
        let [first, second, a, b, c, d] = *window else {
            continue;
        };
        let value = i64::from(i32::from_le_bytes([a, b, c, d]));
        let end = address.wrapping_add(at as u64).wrapping_add(6);
        // `call`, `jmp`, and what has an operand relative to %rip; conditional jumps.
        let is_relative = matches!(second, 0xe8 | 0xe9)
            || second & 0xc7 == 0x05
            || first == 0x0f && second & 0xf0 == 0x80;

        if is_relative {
            note(end.wrapping_add_signed(value));
        }
        if absolute {
            note(value as u64);
        }
    }
    // Jumps to a function that is near, conditional or not.
    for (at, window) in bytes.windows(2).enumerate() {
        if let [0x70..=0x7f | 0xeb, distance] = *window {
            let end = address.wrapping_add(at as u64).wrapping_add(2);

            note(end.wrapping_add_signed(i64::from(distance as i8)));
        }
    }
}

/// Finds what data at an address refers to: by address and, if `relative`, by distance.
pub(super) fn in_data(address: u64, bytes: &[u8], relative: bool, note: &mut impl FnMut(u64)) {
    for (at, chunk) in bytes.chunks_exact(8).enumerate() {
        if let Some(value) = chunk.first_chunk() {
            note(u64::from_le_bytes(*value));
        }
        for (half, distance) in chunk.chunks_exact(4).enumerate() {
            let place = (at * 8 + half * 4) as u64;

            if let (true, Some(value)) = (relative, distance.first_chunk()) {
                let distance = i64::from(i32::from_le_bytes(*value));

                note(address.wrapping_add(place).wrapping_add_signed(distance));
            }
        }
    }
}
