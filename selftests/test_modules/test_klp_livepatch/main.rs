// SPDX-License-Identifier: GPL-2.0

//! Replaces /proc/cmdline, by a function that can be traced.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/cmdline that the kernel is live patched")]
mod cmdline {
    use super::*;

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c.
    #[replace(name = "cmdline_proc_show")]
    #[livepatch::traceable]
    unsafe extern "C" fn livepatch_cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller of the old function, seq_read_iter(), passes the file that is read.
        let mut m = unsafe { SeqFile::from_raw(m) };
        seq_print!(m, "{}: this has been live patched\n", Module::this());
        0
    }
}

livepatch! {
    description: "Livepatch test: livepatch module",
    replace: false,
    fixes: [cmdline],
}
