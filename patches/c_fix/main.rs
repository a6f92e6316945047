// SPDX-License-Identifier: GPL-2.0

//! Replacements that are written in C, beside this file.
//!
//! A function that is all macros and inline functions of the kernel's headers stays what it is. This
//! file says what it replaces, and the rest is generated as for functions of Rust.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/cmdline what only the kernel knows")]
mod cmdline {
    use super::*;

    unsafe extern "C" {
        /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c; see cmdline.c.
        #[replace(name = "cmdline_proc_show")]
        fn livepatch_cmdline_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
    }
}

#[livepatch::fix(title = "pktgen: say what the threads have", object = "pktgen")]
mod pktgen {
    use super::*;

    unsafe extern "C" {
        /// Replaces `pktgen_thread_show()`, net/core/pktgen.c; see pktgen.c.
        #[replace(name = "pktgen_thread_show")]
        fn livepatch_pktgen_thread_show(seq: *mut seq_file, v: *mut c_void) -> c_int;
    }
}

livepatch! {
    description: "Replaces functions with some that are written in C",
    fixes: [cmdline, pktgen],
}
