// SPDX-License-Identifier: GPL-2.0

//! What is at the entry of functions, and in front of it.

use iced_x86::{Mnemonic, OpKind, Register};

use super::{Finding, Subject};
use crate::code::{taken, Body};

const ENDBR64: [u8; 4] = [0xf3, 0x0f, 0x1e, 0xfa];

/// The one-byte `nop`.
const NOP: u8 = 0x90;

/// The bits that `movl $hash, %eax` begins with, without those of the register: another one tells how many arguments there
/// are. And how many bytes it has.
const MOV: u8 = 0xb8;
const REGISTER: u8 = 0x07;
pub const HASH: u64 = 5;

/// A function whose address is taken begins with `endbr64`.
pub fn ibt(subject: &Subject<'_>, finding: &mut Finding) {
    let taken = taken(subject.object, &subject.bodies);
    for body in entries(subject) {
        if taken.contains(&body.function.place) {
            finding.count(begins_with_endbr64(body), || body.function.name.clone());
        }
    }
}

/// The padding is there: behind the entry's `endbr64`, and in front as one-byte `nop`s.
pub fn padding(subject: &Subject<'_>, finding: &mut Finding, total: u64, prefix: u64) {
    for body in entries(subject) {
        let skip = usize::from(begins_with_endbr64(body));
        let inside = total.saturating_sub(prefix);
        let after = body.code.iter().skip(skip);
        // Those behind the entry may be longer ones.
        let nops: u64 = after
            .take_while(|code| code.instruction.mnemonic() == Mnemonic::Nop)
            .map(|code| code.bytes.len() as u64)
            .sum();
        let before = body.before(prefix);
        let has = before.len() as u64 == prefix
            && before.iter().all(|byte| *byte == NOP)
            && nops >= inside;
        finding.count(has, || body.function.name.clone());
    }
}

/// Functions, with the bytes in front of them, begin at a multiple.
pub fn alignment(subject: &Subject<'_>, finding: &mut Finding, bytes: u64, front: u64) {
    for body in entries(subject) {
        let start = body.function.place.1.checked_sub(front);
        let has = start.is_some_and(|start| start % bytes == 0);
        finding.count(has, || body.function.name.clone());
    }
}

/// A function whose address is taken has a hash in front, and who calls by an address compares it.
pub fn kcfi(subject: &Subject<'_>, finding: &mut Finding, prefix: u64) {
    let taken = taken(subject.object, &subject.bodies);
    for body in entries(subject) {
        if taken.contains(&body.function.place) {
            let before = body.before(prefix + HASH);
            let has = before.len() as u64 == prefix + HASH && before[0] & !REGISTER == MOV;
            finding.count(has, || body.function.name.clone());
        }
    }
    for body in &subject.bodies {
        let compares = body.code.iter().filter(|code| {
            let instruction = &code.instruction;
            instruction.mnemonic() == Mnemonic::Add
                && instruction.op0_register() == Register::R10D
                && instruction.op1_kind() == OpKind::Memory
        });
        let mut left = compares.count();
        for code in &body.code {
            let replaced = subject.object.replaced.contains(&code.place);
            // What a table holds is no function pointer.
            let checked = !code.is_table_jump() && !replaced;
            if (code.is_indirect() || code.thunk().is_some()) && checked {
                finding.count(left > 0, || body.at(code));
                left = left.saturating_sub(1);
            }
        }
    }
}

fn entries<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Body<'a>> {
    let bodies = subject.bodies.iter();
    bodies.filter(|body| body.function.is_entry())
}

fn begins_with_endbr64(body: &Body<'_>) -> bool {
    let first = body.code.first();
    first.is_some_and(|code| code.bytes == ENDBR64)
}
