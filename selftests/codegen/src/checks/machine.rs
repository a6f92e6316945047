// SPDX-License-Identifier: GPL-2.0

//! Which instructions and relocations there are.

use std::collections::BTreeSet;

use iced_x86::{CpuidFeature, Mnemonic, OpKind, Register};

use super::{Finding, Subject};
use crate::code::{instructions, Code};

/// What is between functions does nothing: otherwise not all code was looked at.
pub fn coverage(subject: &Subject<'_>, finding: &mut Finding) {
    finding.seen = subject.bodies.len();
    for section in &subject.object.code {
        let mut end = 0;
        let size = section.bytes.len() as u64;
        let functions = subject.object.functions.iter();
        let inside = functions.filter(|function| function.place.0 == section.index);
        let mut ranges: Vec<(u64, u64)> = inside
            .map(|function| {
                (
                    function.place.1,
                    function.place.1.saturating_add(function.size),
                )
            })
            .collect();
        ranges.push((size, size));
        ranges.sort_unstable();
        for (start, next) in ranges {
            if start > end {
                let gap = instructions(section, end, start - end);
                for code in gap.iter().filter(|code| !is_filling(code)) {
                    finding.violations.push(format!(
                        "code outside of functions at {}+{:#x}",
                        section.name, code.place.1
                    ));
                }
            }
            end = end.max(next);
        }
    }
}

/// Returns whether an instruction only fills space.
fn is_filling(code: &Code<'_>) -> bool {
    let instruction = &code.instruction;
    match instruction.mnemonic() {
        Mnemonic::Nop | Mnemonic::Int3 => true,
        // `xchg %ax, %ax` and what else assemblers have for it.
        Mnemonic::Xchg | Mnemonic::Mov => instruction.op0_register() == instruction.op1_register(),
        Mnemonic::Lea => instruction.op0_register() == instruction.memory_base(),
        // The hash of kCFI, where its symbol has no size.
        _ => false,
    }
}

/// No instruction uses the FPU or a register of vectors.
pub fn soft_float(subject: &Subject<'_>, finding: &mut Finding) {
    for body in &subject.bodies {
        for code in &body.code {
            finding.count(!is_floating(code), || body.at(code));
        }
    }
}

fn is_floating(code: &Code<'_>) -> bool {
    let instruction = &code.instruction;
    let vector = (0..instruction.op_count())
        .filter(|operand| instruction.op_kind(*operand) == OpKind::Register)
        .map(|operand| instruction.op_register(operand))
        .any(is_vector);
    vector
        || instruction.cpuid_features().iter().any(|feature| {
            matches!(
                feature,
                CpuidFeature::FPU | CpuidFeature::FPU287 | CpuidFeature::FPU387 | CpuidFeature::MMX
            )
        })
}

fn is_vector(register: Register) -> bool {
    register.is_vector_register()
        || register.is_mm()
        || register.is_st()
        || register.is_k()
        || register.is_tmm()
}

/// The kernel's module loader knows all relocations.
pub fn code_model(subject: &Subject<'_>, finding: &mut Finding) {
    let object = subject.object;
    finding.seen = object.data.len();
    for section in &object.code {
        finding.seen += section.relocations.len();
    }
    let foreign: BTreeSet<&String> = object.foreign.iter().collect();
    finding.violations.extend(foreign.into_iter().cloned());
}
