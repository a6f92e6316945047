// SPDX-License-Identifier: GPL-2.0

//! Nothing that the kernel reads while it loads the livepatch depends on a module that is patched.
//!
//! Symbols of vmlinux are resolved before the loader looks at any special section, so they can be everywhere. Those of a module are
//! resolved when both it and the livepatch are there: by then, jump labels, static calls and alternatives of the livepatch have been
//! applied, its per-CPU data has been copied for each CPU, and what was for initialisation only is gone.
//!
//! C source: `klp_write_section_relocs()` in `kernel/livepatch/core.c`, `load_module()`; objtool's
//! `validate_special_section_klp_reloc()`.

use std::collections::BTreeSet;

use livepatch_abi::object::VMLINUX;
use livepatch_abi::unexported::Reference;

use super::context::Context;
use super::finding::{Finding, Findings};
use super::Error;

/// A kind of section that the kernel reads too early.
struct Early {
    /// The name, or what it begins with if it ends in a dot or an underscore.
    section: &'static str,
    rule: &'static str,
    /// What is the matter with a symbol of a module there.
    what: &'static str,
    what_to_do: &'static str,
}

const ALTERNATIVES: Early = Early {
    section: ".altinstructions",
    rule: "alternative",
    what: "alternative instructions use it, which are put in place when the livepatch is loaded, before its address is known",
    what_to_do: "use it outside of alternatives: in a function of its own, or through a pointer",
};

const EARLY: &[Early] = &[
    Early {
        section: "__jump_table",
        rule: "jump_label",
        what: "it is the key of a jump label, and those of the livepatch are initialised before its address is known",
        what_to_do: "ask static_key_enabled() instead of static_branch_likely() or _unlikely()",
    },
    Early {
        section: ".static_call_sites",
        rule: "static_call",
        what: "it is the key of a static call, and those of the livepatch are initialised before its address is known",
        what_to_do: "call it through its trampoline, as KLP_STATIC_CALL() does",
    },
    ALTERNATIVES,
    Early {
        section: ".altinstr_replacement",
        ..ALTERNATIVES
    },
    Early {
        section: ".parainstructions",
        ..ALTERNATIVES
    },
    Early {
        section: ".data..percpu",
        rule: "percpu",
        what: "a per-CPU variable is initialised with it, and is copied for each CPU before its address is known",
        what_to_do: "set the variable in a callback",
    },
    Early {
        section: ".init.",
        rule: "init_section",
        what: "it is used in what is discarded after initialisation, before its address is known",
        what_to_do: "use it in a callback",
    },
    Early {
        section: ".gnu.linkonce.this_module",
        rule: "special_section",
        what: "it is a part of the module's own description, which is read before its address is known",
        what_to_do: "put a function of the livepatch there, which uses it",
    },
];

/// Sections that the loader reads, with no better advice.
const OTHERS: &[&str] = &[
    "__bug_table",
    "__dyndbg",
    "__ex_table",
    "__ftr_alt_",
    "__ftr_fixup",
    "__fw_ftr_fixup",
    "__kcrctab",
    "__kcrctab_gpl",
    "__ksymtab",
    "__ksymtab_gpl",
    "__lwsync_fixup",
    "__mcount_loc",
    "__mmu_ftr_fixup",
    "__param",
    "__patchable_function_entries",
    "__spec_barrier_fixup",
    "__stack_protector_loc",
    "__tracepoints_ptrs",
    "_ftrace_events",
    ".call_sites",
    ".cfi_sites",
    ".ctors",
    ".ibt_endbr_seal",
    ".init_array",
    ".kcfi_traps",
    ".orc_unwind",
    ".orc_unwind_ip",
    ".retpoline_sites",
    ".return_sites",
    ".s390_",
    ".smp_locks",
];

/// Returns what is wrong with a symbol of a module in this section, if anything is.
fn early(section: &str) -> Option<Early> {
    let is_meant = |name: &str| {
        if name.ends_with(['.', '_']) {
            section.starts_with(name)
        } else {
            section == name
        }
    };

    if let Some(known) = EARLY.iter().find(|early| is_meant(early.section)) {
        return Some(Early { ..*known });
    }
    OTHERS.iter().find(|name| is_meant(name)).map(|name| Early {
        section: name,
        rule: "special_section",
        what: "the loader reads it there before its address is known",
        what_to_do: "use it in a function instead",
    })
}

/// Checks the klp relocations of an object to a section: offsets and symbols.
pub(super) fn check_places(
    context: &Context<'_>,
    object: &str,
    target: usize,
    places: &[(u64, u32)],
    findings: &mut Findings,
) -> Result<(), Error> {
    let file = context.file();
    let Some(section) = file
        .section(target)
        .filter(|_| object != VMLINUX && !places.is_empty())
    else {
        return Ok(());
    };
    let about = |finding: Finding, symbol: u32| {
        let name = file.symbol_name(symbol);
        let symbol = Reference::parse_klp_symbol(name).map_or(name, |reference| reference.symbol);
        finding.object(object).symbol(symbol)
    };
    let symbols: BTreeSet<u32> = places.iter().map(|(_, symbol)| *symbol).collect();

    if let Some(early) = early(&section.name) {
        for symbol in symbols {
            let what = format!("{} ({})", early.what, section.name);
            findings.push(about(
                Finding::refused(early.rule, what, early.what_to_do),
                symbol,
            ));
        }
    } else if !section.is_alloc() {
        for symbol in symbols {
            let what = format!("it is used in {}, which is not in memory", section.name);
            findings.push(about(
                Finding::refused("special_section", what, "remove the section"),
                symbol,
            ));
        }
    } else if context.module.is_code(target) {
        let replaced = alternatives(context, target)?;
        for (offset, symbol) in places {
            let index = replaced.partition_point(|(start, _)| start <= offset);
            let before = index.checked_sub(1).and_then(|index| replaced.get(index));
            if before.is_some_and(|(_, end)| offset < end) {
                let what = format!("{} ({}+{offset:#x})", ALTERNATIVES.what, section.name);
                findings.push(about(
                    Finding::refused(ALTERNATIVES.rule, what, ALTERNATIVES.what_to_do),
                    *symbol,
                ));
            }
        }
    }
    Ok(())
}

/// What `struct alt_instr` calls the distance of the original instructions, and their length: most architectures, and arm64.
const INSTRUCTION: &[&str] = &["instr_offset", "orig_offset"];
const LENGTH: &[&str] = &["instrlen", "orig_len"];

/// Returns the places of a section of code that alternatives replace, sorted.
///
/// What `struct alt_instr` looks like, the kernel's type information tells.
fn alternatives(context: &Context<'_>, code: usize) -> Result<Vec<(u64, u64)>, Error> {
    let Some((table, _)) = context.file().section_by_name(ALTERNATIVES.section) else {
        return Ok(Vec::new());
    };
    let layout = context
        .target
        .structure("alt_instr", [INSTRUCTION, LENGTH])?;
    let Some((size, [instr_offset, instrlen])) = layout else {
        return Ok(Vec::new());
    };

    let mut places = Vec::new();
    for relocation in context.module.relocations(table) {
        if relocation.r_offset % size != instr_offset {
            continue;
        }
        let entry = relocation.r_offset - instr_offset;
        let length = entry
            .checked_add(instrlen)
            .and_then(|offset| context.module.u8(table, offset));
        if let (Some((section, start)), Some(length)) = (context.file().target(relocation), length)
        {
            if section == code {
                places.push((start, start.saturating_add(u64::from(length))));
            }
        }
    }
    places.sort_unstable();
    Ok(places)
}

/// Checks what the ordinary relocations of special sections use: exports of modules, and what is not linked yet.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let file = context.file();

    for (index, section) in file.sections.iter().enumerate() {
        let Some(early) = early(&section.name).filter(|_| section.is_alloc()) else {
            continue;
        };
        let symbols: BTreeSet<u32> = context
            .module
            .relocations(index)
            .iter()
            .map(|relocation| relocation.r_sym)
            .collect();
        for symbol in symbols {
            let Some(symbol) = file.symbol(symbol) else {
                continue;
            };
            let unlinked = Reference::parse(&symbol.name)
                .map(|reference| (reference.object, reference.symbol));
            let owner = match unlinked {
                Some(unlinked) => Some(unlinked),
                None if symbol.is_undefined() => match context.kernel().export(&symbol.name) {
                    Ok(export) => export.map(|export| (export.module, export.name)),
                    Err(livepatch_symbols::Error::Unknown(_)) => None,
                    Err(error) => return Err(error.into()),
                },
                None => None,
            };
            if let Some((object, name)) = owner.filter(|(object, _)| *object != VMLINUX) {
                let what = format!("{} ({})", early.what, section.name);
                findings.push(
                    Finding::refused(early.rule, what, early.what_to_do)
                        .object(object)
                        .symbol(name),
                );
            }
        }
    }
    Ok(())
}
