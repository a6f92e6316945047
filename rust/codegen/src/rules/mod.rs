// SPDX-License-Identifier: GPL-2.0

//! Rules that hold on every architecture.

pub mod alignment;
mod coverage;
mod debug_info;
mod ftrace;
pub mod harmless;
mod kcfi;
mod layout;
mod link_time;
mod memory_sanitizers;
mod optimisation;
mod stack_erase;
mod stack_init;
pub mod stack_protector;
mod undefined;
mod unwind;
mod zero_registers;

use crate::rule::Rule;

/// In the order of the documentation.
pub const RULES: &[&Rule] = &[
    &optimisation::RULE,
    &debug_info::RULE,
    &unwind::RULE,
    &undefined::RULE,
    &stack_init::RULE,
    &zero_registers::RULE,
    &stack_erase::RULE,
    &layout::RULE,
    &kcfi::RULE,
    &ftrace::RULE,
    &link_time::RULE,
    &memory_sanitizers::RULE,
    &coverage::RULE,
];

/// Arguments that every object of ours is compiled with: nobody links it but Kbuild, and it neither unwinds nor carries
/// bitcode. A crate becomes one object, in one piece of assembly.
pub const ARGUMENTS: &[&str] = &[
    "--edition=2021",
    "-Zunstable-options",
    "-Cpanic=abort",
    "-Cembed-bitcode=n",
    "-Clto=n",
    "-Ccodegen-units=1",
    "-Csymbol-mangling-version=v0",
    "-Zfunction-sections=n",
    "-Cdebug-assertions=n",
];
