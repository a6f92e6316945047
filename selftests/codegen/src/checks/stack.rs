// SPDX-License-Identifier: GPL-2.0

//! The stack: its guard, its frames, and what is below it.

use iced_x86::{Mnemonic, OpKind, Register};

use super::{Finding, Subject};
use crate::code::Code;

/// What is called when the guard has changed.
const STACK_CHK_FAIL: &str = "__stack_chk_fail";

/// Where the table says what it is about.
const ORC_TABLE: &str = ".orc_unwind_ip";

/// Who can fail has read the guard, and nobody reads what would be the guard of another kernel.
pub fn protector(subject: &Subject<'_>, finding: &mut Finding, guard: &str) {
    for body in &subject.bodies {
        let count = body.code.iter().filter(|code| reads(code, guard)).count();
        let fails = body
            .code
            .iter()
            .any(|code| code.callee() == Some(STACK_CHK_FAIL));
        if fails {
            // A function is often in two parts, and the rare one only fails.
            let has = count > 0 || !body.function.is_entry();
            finding.count(has, || body.function.name.clone());
        }
        let others = body.code.iter();
        for code in others.filter(|code| reads_number(code) && !reads(code, guard)) {
            finding.violations.push(body.at(code));
        }
    }
}

/// Returns whether an instruction has the guard as its operand.
fn reads(code: &Code<'_>, guard: &str) -> bool {
    let instruction = &code.instruction;
    let (segment, address) = match guard.strip_prefix("%gs:") {
        Some(address) => (Register::GS, address),
        None => (Register::None, guard),
    };
    if !has_memory(code) || instruction.segment_prefix() != segment {
        return false;
    }
    match address.strip_suffix("(%rip)") {
        Some(symbol) => {
            let relocation = code.relocation.map(|(item, _)| item.symbol.as_str());
            instruction.is_ip_rel_memory_operand() && relocation == Some(symbol)
        }
        None => {
            let number = address.parse::<u64>();
            code.relocation.is_none()
                && instruction.memory_base() == Register::None
                && number == Ok(instruction.memory_displacement64())
        }
    }
}

/// Returns whether an instruction reads a fixed place of `%gs`: what LLVM takes for the guard.
fn reads_number(code: &Code<'_>) -> bool {
    reads(code, "%gs:40")
}

/// No instruction reads or writes below the stack pointer: neither at a negative distance from it, nor further below the frame
/// pointer than the function has ever moved the stack pointer.
pub fn no_red_zone(subject: &Subject<'_>, finding: &mut Finding) {
    for body in &subject.bodies {
        let frame = frame_size(&body.code);
        for code in &body.code {
            let instruction = &code.instruction;
            if !has_memory(code)
                || instruction.memory_index() != Register::None
                || instruction.mnemonic() == Mnemonic::Lea
                || is_barrier(code)
            {
                continue;
            }
            let distance = instruction.memory_displacement64() as i64;
            match (instruction.memory_base(), frame) {
                (Register::RSP, _) => finding.count(distance >= 0, || body.at(code)),
                (Register::RBP, Some(frame)) => {
                    finding.count(distance >= -frame, || body.at(code));
                }
                _ => {}
            }
        }
    }
}

/// Returns how far a function moves the stack pointer, at most, when it has set its frame pointer, if it does that.
fn frame_size(code: &[Code<'_>]) -> Option<i64> {
    let start = code.iter().position(sets_frame_pointer)?;
    let moves = code[start..].iter().map(|code| {
        let instruction = &code.instruction;
        let number = match instruction.op1_kind() {
            OpKind::Immediate8to64 => instruction.immediate8to64(),
            OpKind::Immediate32to64 => instruction.immediate32to64(),
            _ => 0,
        };
        match instruction.mnemonic() {
            Mnemonic::Push => 8,
            Mnemonic::Sub if instruction.op0_register() == Register::RSP => number,
            Mnemonic::Add if instruction.op0_register() == Register::RSP => -number,
            _ => 0,
        }
    });
    Some(moves.filter(|bytes| *bytes > 0).sum())
}

/// Returns whether an instruction makes the frame pointer the function's own.
fn sets_frame_pointer(code: &Code<'_>) -> bool {
    let instruction = &code.instruction;
    instruction.mnemonic() == Mnemonic::Mov
        && instruction.op0_register() == Register::RBP
        && instruction.op1_register() == Register::RSP
}

/// Returns whether an instruction is the kernel's memory barrier, which adds nothing to what is below the stack pointer.
fn is_barrier(code: &Code<'_>) -> bool {
    let instruction = &code.instruction;
    instruction.has_lock_prefix()
        && instruction.mnemonic() == Mnemonic::Add
        && instruction.op1_kind() == OpKind::Immediate8to32
        && instruction.immediate8to32() == 0
}

/// Before a function calls, it has made the frame pointer its own.
pub fn frame_pointer(subject: &Subject<'_>, finding: &mut Finding) {
    for body in subject
        .bodies
        .iter()
        .filter(|body| body.function.is_entry())
    {
        let mut framed = false;
        for code in &body.code {
            framed |= sets_frame_pointer(code);
            // The call that tracing has put at the entry comes before all else.
            if code.is_call() && code.callee() != Some("__fentry__") {
                finding.count(framed, || body.at(code));
                break;
            }
        }
    }
}

/// The table has entries for each section with functions. It is objtool's, so an object that it has not seen has none.
pub fn orc(subject: &Subject<'_>, finding: &mut Finding) {
    for section in &subject.object.code {
        let functions = subject.bodies.iter();
        if !functions
            .map(|body| body.section.index)
            .any(|index| index == section.index)
        {
            continue;
        }
        let data = subject.object.data.iter();
        let entries = data.filter(|(name, item)| {
            name == ORC_TABLE && item.place.is_some_and(|(place, _)| place == section.index)
        });
        finding.count(entries.count() > 0, || section.name.clone());
    }
}

fn has_memory(code: &Code<'_>) -> bool {
    let instruction = &code.instruction;
    (0..instruction.op_count()).any(|operand| instruction.op_kind(operand) == OpKind::Memory)
}
