// SPDX-License-Identifier: GPL-2.0

//! A replacement with a mistake that only shows when it runs: an index that is out of bounds.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say which entry of a table is read")]
mod fix {
    use super::*;

    static ENTRIES: [c_int; 4] = [10, 11, 12, 13];

    #[livepatch::param(mode = 0o644, description = "the entry; there are four")]
    static ENTRY: Param<c_uint> = Param::new(0);

    #[replace]
    unsafe extern "C" fn execdomains_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        let entry = ENTRIES[ENTRY.get() as usize];
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a number.
        unsafe { seq_printf(m, c"%d\n".as_ptr().cast(), entry) };
        0
    }
}

livepatch! {
    description: "Panics when it is told to",
    fixes: [fix],
}
