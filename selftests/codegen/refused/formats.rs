// SPDX-License-Identifier: GPL-2.0

//! Formats numbers, and writes nothing.

use livepatch::prelude::*;

// refused: core::fmt

#[livepatch::fix(title = "a function of core that formats, kept in a table")]
mod fix {
    use super::*;

    static FORMAT: fn(&u32, &mut core::fmt::Formatter<'_>) -> core::fmt::Result =
        <u32 as core::fmt::Display>::fmt;

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut c_void, _v: *mut c_void) -> c_int {
        // SAFETY: The static is there.
        let format = unsafe { (&raw const FORMAT).read_volatile() };
        format as usize as c_int
    }
}

livepatch! {
    description: "Brings code that nothing needs",
    fixes: [fix],
}
