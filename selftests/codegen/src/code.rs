// SPDX-License-Identifier: GPL-2.0

//! The instructions of an object.

use std::collections::BTreeSet;

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};
use livepatch_codegen::INDIRECT_THUNK;

use crate::object::{Function, Object, Place, Relocation, Section};

/// The thunk that functions return through.
const RETURN_THUNK: &str = "__x86_return_thunk";

/// An instruction, and what is known of it.
#[derive(Debug)]
pub struct Code<'a> {
    /// The instruction.
    pub instruction: Instruction,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What its relocation refers to, and how far the end of the instruction is from it.
    pub relocation: Option<(&'a Relocation, i64)>,
    /// The byte that follows, if there is one.
    pub next: Option<u8>,
    /// Where it is.
    pub place: Place,
}

impl Code<'_> {
    /// Returns the name of what a direct branch goes to, if it is not in this function.
    pub fn callee(&self) -> Option<&str> {
        let direct = matches!(self.instruction.op0_kind(), OpKind::NearBranch64);
        let (relocation, _) = self.relocation.filter(|_| direct)?;
        Some(&relocation.symbol)
    }

    /// Returns the register whose thunk a branch goes to.
    pub fn thunk(&self) -> Option<&str> {
        self.callee()?.strip_prefix(INDIRECT_THUNK)
    }

    /// Returns whether it is a jump to the thunk for returns.
    pub fn is_return_by_thunk(&self) -> bool {
        self.callee() == Some(RETURN_THUNK)
    }

    /// Returns whether it is a return instruction.
    pub fn is_return(&self) -> bool {
        self.instruction.flow_control() == FlowControl::Return
    }

    /// Returns whether it is a call or a jump to an address in a register or in memory.
    pub fn is_indirect(&self) -> bool {
        matches!(
            self.instruction.flow_control(),
            FlowControl::IndirectBranch | FlowControl::IndirectCall
        )
    }

    /// Returns whether it is a jump to an address in a register or in memory, if need be by a thunk.
    pub fn is_indirect_jump(&self) -> bool {
        self.instruction.flow_control() == FlowControl::IndirectBranch
            || (self.thunk().is_some() && self.instruction.mnemonic() == Mnemonic::Jmp)
    }

    /// Returns whether it is a jump through a table: with an index, or with the prefix that compilers give such jumps.
    pub fn is_table_jump(&self) -> bool {
        let instruction = &self.instruction;
        instruction.mnemonic() == Mnemonic::Jmp
            && ((instruction.op0_kind() == OpKind::Memory
                && instruction.memory_index() != Register::None)
                || (self.is_indirect() && instruction.segment_prefix() == Register::DS))
    }

    /// Returns whether it calls.
    pub fn is_call(&self) -> bool {
        matches!(
            self.instruction.flow_control(),
            FlowControl::Call | FlowControl::IndirectCall
        )
    }

    /// Returns the place whose address it computes, if it does.
    pub fn address(&self) -> Option<Place> {
        let (relocation, to_end) = self.relocation?;
        if matches!(self.instruction.op0_kind(), OpKind::NearBranch64) {
            return None;
        }
        relocation.target(if relocation.absolute { 0 } else { to_end })
    }
}

/// A function with its instructions.
#[derive(Debug)]
pub struct Body<'a> {
    /// The function.
    pub function: &'a Function,
    /// The section it is in.
    pub section: &'a Section,
    /// Its instructions.
    pub code: Vec<Code<'a>>,
}

impl Body<'_> {
    /// Returns the bytes in front of the function, at most `count`.
    pub fn before(&self, count: u64) -> &[u8] {
        let end = self.function.place.1;
        let start = end.saturating_sub(count);
        self.section
            .bytes
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// Says where an instruction of it is.
    pub fn at(&self, code: &Code<'_>) -> String {
        let offset = code.place.1 - self.function.place.1;
        let bytes: Vec<String> = code
            .bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}+{offset:#x}: {}", self.function.name, bytes.join(" "))
    }
}

/// Takes the functions of an object apart.
pub fn bodies(object: &Object) -> Vec<Body<'_>> {
    let body = |function| {
        let section = object
            .code
            .iter()
            .find(|section| section.index == function_section(function))?;
        let code = instructions(section, function.place.1, function.size);
        Some(Body {
            function,
            section,
            code,
        })
    };
    let functions = object.functions.iter().filter(|item| !item.is_prefix());
    functions.filter_map(body).collect()
}

fn function_section(function: &Function) -> usize {
    function.place.0
}

/// Decodes `size` bytes of a section.
pub fn instructions(section: &Section, start: u64, size: u64) -> Vec<Code<'_>> {
    let end = start.saturating_add(size).min(section.bytes.len() as u64);
    let bytes = section
        .bytes
        .get(start as usize..end as usize)
        .unwrap_or_default();
    let mut decoder = Decoder::with_ip(64, bytes, start, DecoderOptions::NONE);
    let mut all = Vec::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        let (from, to) = (instruction.ip(), instruction.next_ip());
        let relocation = section.relocations.range(from..to).next();
        all.push(Code {
            instruction,
            bytes: &bytes[(from - start) as usize..(to - start) as usize],
            relocation: relocation.map(|(at, item)| (item, (to - at) as i64)),
            next: section.bytes.get(to as usize).copied(),
            place: (section.index, from),
        });
    }
    all
}

/// Returns where functions begin whose address is taken: stored in data, or computed by code.
pub fn taken(object: &Object, bodies: &[Body<'_>]) -> BTreeSet<Place> {
    let data = object
        .data
        .iter()
        .filter(|(section, item)| item.absolute && !is_table(section))
        .filter_map(|(_, item)| item.target(0));
    let code = bodies
        .iter()
        .flat_map(|body| body.code.iter().filter_map(Code::address));
    let all: BTreeSet<Place> = data.chain(code).collect();
    let starts = object.functions.iter().map(|function| function.place);
    starts.filter(|place| all.contains(place)).collect()
}

/// Returns whether a section only lists places for tools and for the kernel: nobody branches to what is there.
fn is_table(section: &str) -> bool {
    const TABLES: &[&str] = &[
        "__patchable_function_entries",
        "__mcount_loc",
        "__jump_table",
        "__bug_table",
        "__ex_table",
        "_kprobe_blacklist",
        ".parainstructions",
        ".altinstructions",
    ];
    TABLES.contains(&section)
}
