// SPDX-License-Identifier: GPL-2.0

//! The rules of x86-64.

mod code_model;
mod frame_pointer;
mod ibt;
mod jump_tables;
mod machine;
mod padding;
mod red_zone;
mod retpoline;
mod return_thunk;
mod sls;
mod soft_float;
mod stack_alignment;
mod stack_protector;

use crate::rule::Rule;
use crate::rules::alignment;
use crate::target::Value;

pub use stack_protector::LLVM_GUARD;

/// In the order of the documentation.
pub const RULES: &[&Rule] = &[
    &machine::RULE,
    &code_model::RULE,
    &soft_float::RULE,
    &red_zone::RULE,
    &stack_alignment::RULE,
    &frame_pointer::RULE,
    &stack_protector::RULE,
    &retpoline::RULE,
    &retpoline::CS_PREFIX,
    &jump_tables::RULE,
    &return_thunk::RULE,
    &sls::RULE,
    &ibt::RULE,
    &padding::RULE,
    &alignment::RULE,
];

/// The target specification of every x86-64 kernel. Function by function rustc does what the kernel's C compiler does for
/// `x86_64-linux-gnu`; what differs is said by flags.
pub fn target() -> Vec<(&'static str, Value)> {
    let layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";
    vec![
        ("arch", Value::text("x86_64")),
        ("data-layout", Value::text(layout)),
        ("emit-debug-gdb-scripts", Value::Bool(false)),
        ("llvm-target", Value::text("x86_64-linux-gnu")),
        ("stack-probes", Value::Object("kind", "none")),
        (
            "supported-sanitizers",
            Value::Texts(&["kcfi", "kernel-address"]),
        ),
    ]
}

/// How versions of rustc want to be told of a 64-bit target whose ABI has no floating point: newest first.
pub fn target_variants() -> Vec<Vec<(&'static str, Value)>> {
    let abi = |name| ("rustc-abi", Value::text(name));
    let number = || ("target-pointer-width", Value::Number(64));
    let text = || ("target-pointer-width", Value::text("64"));
    vec![
        vec![abi("softfloat"), number()],
        vec![abi("x86-softfloat"), number()],
        vec![abi("x86-softfloat"), text()],
        vec![text()],
    ]
}
