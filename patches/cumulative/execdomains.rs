// SPDX-License-Identifier: GPL-2.0

//! /proc/execdomains: proc: name the execution domains of today.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(id = "execdomains", title = "proc: name the execution domains of today", references = ["example#2"])]
pub(crate) mod fix {
    use super::*;

    /// Replaces `execdomains_proc_show()`, kernel/exec_domain.c.
    #[replace]
    unsafe extern "C" fn execdomains_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a string.
        unsafe {
            seq_printf(
                m,
                c"%s\n".as_ptr().cast(),
                c"fix 'execdomains' is in".as_ptr(),
            )
        };
        0
    }
}
