// SPDX-License-Identifier: GPL-2.0

//! /proc/version: proc: hide the compiler in /proc/version.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(id = "version", title = "proc: hide the compiler in /proc/version", cve = ["CVE-2026-99992"], references = ["example#3"], severity = "low")]
pub(crate) mod fix {
    use super::*;

    /// Replaces `version_proc_show()`, fs/proc/version.c.
    #[replace]
    unsafe extern "C" fn version_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a string.
        unsafe { seq_printf(m, c"%s\n".as_ptr().cast(), c"fix 'version' is in".as_ptr()) };
        0
    }
}
