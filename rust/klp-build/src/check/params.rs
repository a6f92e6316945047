// SPDX-License-Identifier: GPL-2.0

//! The parameters are one behind the other, as the kernel reads them.
//!
//! The linker puts them together, each from a variable in the section `__param`. A compiler that aligns such a variable to more
//! than the kernel's own tears them apart: rustc does so, in some releases, where it was told `-Zmin-function-alignment`. The kernel
//! takes the gap for a parameter then, whose name is at address zero.
//!
//! C source: `struct kernel_param` in `<linux/moduleparam.h>`; `find_module_sections()`, `parse_args()`.

use super::context::Context;
use super::finding::{Finding, Findings};
use super::Error;

/// The section, and what it is made of.
const SECTION: &str = "__param";
const STRUCT: &str = "kernel_param";
/// What no parameter is without: its name, and how it is read and written.
const POINTERS: [&[&str]; 2] = [&["name"], &["ops"]];

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let Some((index, section)) = context.file().section_by_name(SECTION) else {
        return Ok(());
    };
    let Some((size, pointers)) = context.target.structure(STRUCT, POINTERS)? else {
        findings.push(Finding::unknown(
            "params",
            format!("whether the parameters are where the kernel looks for them, for lack of the kernel's type information ({STRUCT})"),
            "give a kernel with BTF",
        ));
        return Ok(());
    };
    let relocations = context.module.relocations(index);
    let is_there = |offset: u64| {
        relocations
            .iter()
            .any(|relocation| relocation.r_offset == offset)
    };
    let is_whole = section.size() % size == 0
        && (0..section.size() / size)
            .flat_map(|parameter| pointers.map(|pointer| parameter * size + pointer))
            .all(is_there);

    if !is_whole {
        findings.push(Finding::refused(
            "params",
            format!(
                "its parameters ({SECTION}, {:#x} bytes) are not {size} bytes apart, as the kernel reads them: it would follow a null pointer",
                section.size()
            ),
            "build it with a compiler that aligns variables as that of the kernel does; rustc 1.85 does, 1.97 does not where \
             -Zmin-function-alignment is more than 8",
        ));
    }
    Ok(())
}
