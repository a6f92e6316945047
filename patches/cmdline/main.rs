// SPDX-License-Identifier: GPL-2.0

//! Replaces one function of the kernel: `/proc/cmdline` says that it was live patched.
//!
//! The smallest livepatch there is; `samples/livepatch/livepatch-sample.c` is its C original.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/cmdline that the kernel is live patched")]
mod cmdline {
    use super::*;

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a string.
        unsafe {
            seq_printf(
                m,
                c"%s\n".as_ptr().cast(),
                c"this has been live patched".as_ptr(),
            )
        };
        0
    }
}

livepatch! {
    description: "Replaces /proc/cmdline",
    fixes: [cmdline],
}
