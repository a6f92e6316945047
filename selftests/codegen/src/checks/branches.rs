// SPDX-License-Identifier: GPL-2.0

//! Indirect calls and jumps, and returns.

use iced_x86::Mnemonic;

use super::{Finding, Subject};
use crate::code::{Body, Code};

/// The byte of `int3`.
const INT3: u8 = 0xcc;

/// The byte of a `cs` prefix.
const CS: u8 = 0x2e;

/// Calls `what` with every instruction that the kernel does not replace.
fn each<'a>(subject: &'a Subject<'_>, mut what: impl FnMut(&'a Body<'a>, &'a Code<'a>)) {
    for body in &subject.bodies {
        for code in &body.code {
            if !subject.object.replaced.contains(&code.place) {
                what(body, code);
            }
        }
    }
}

/// No call or jump reads its target from a register or from memory: it goes to a thunk.
pub fn retpoline(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        if code.is_indirect() || code.thunk().is_some() {
            finding.count(!code.is_indirect(), || body.at(code));
        }
    });
}

/// Branches to the thunks of the registers with numbers have the prefix.
pub fn cs_prefix(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        let number = code.thunk().and_then(|register| register.strip_prefix('r'));
        if number.is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit())) {
            finding.count(code.bytes.first() == Some(&CS), || body.at(code));
        }
    });
}

/// No jump has an index into a table, and no data has the address of a part of a function.
pub fn no_jump_tables(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        if code.instruction.mnemonic() == Mnemonic::Jmp {
            finding.count(!code.is_table_jump(), || body.at(code));
        }
    });
    for (section, item) in &subject.object.data {
        let inside = |body: &&Body<'_>| {
            let (section, start) = body.function.place;
            item.target(0).is_some_and(|(place, offset)| {
                place == section && offset > start && offset < start + body.function.size
            })
        };
        if section.starts_with(".rodata") && item.absolute {
            if let Some(body) = subject.bodies.iter().find(inside) {
                finding.violations.push(format!(
                    "{section} has an address in {}",
                    body.function.name
                ));
            }
        }
    }
}

/// No function has a return instruction: it jumps to the thunk.
pub fn return_thunk(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        if code.is_return() || code.is_return_by_thunk() {
            finding.count(code.is_return_by_thunk(), || body.at(code));
        }
    });
}

/// An `int3` follows each return instruction.
pub fn sls_return(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        if code.is_return() {
            finding.count(code.next == Some(INT3), || body.at(code));
        }
    });
}

/// An `int3` follows each indirect jump, and each jump to a thunk.
pub fn sls_indirect_jump(subject: &Subject<'_>, finding: &mut Finding) {
    each(subject, |body, code| {
        if code.is_indirect_jump() {
            finding.count(code.next == Some(INT3), || body.at(code));
        }
    });
}
