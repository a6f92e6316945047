// SPDX-License-Identifier: GPL-2.0

//! /proc/cmdline: proc: hide the kernel command line.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(id = "cmdline", title = "proc: hide the kernel command line", cve = ["CVE-2026-99991"])]
pub(crate) mod fix {
    use super::*;

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a string.
        unsafe { seq_printf(m, c"%s\n".as_ptr().cast(), c"fix 'cmdline' is in".as_ptr()) };
        0
    }
}
