// SPDX-License-Identifier: GPL-2.0

//! Replaces /proc/meminfo, and other livepatches if a parameter says so.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/meminfo that the kernel is live patched")]
mod meminfo {
    use super::*;

    #[param(mode = 0o644, description = "replace (default=0)")]
    pub(super) static REPLACE: Param<c_int> = Param::new(0);

    /// Replaces `meminfo_proc_show()`, fs/proc/meminfo.c.
    #[replace]
    unsafe extern "C" fn meminfo_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller of the old function, seq_read_iter(), passes the file that is read.
        let mut m = unsafe { SeqFile::from_raw(m) };
        seq_print!(m, "{}: this has been live patched\n", Module::this());
        0
    }
}

livepatch! {
    description: "Livepatch test: atomic replace",
    replace: meminfo::REPLACE.get() != 0,
    fixes: [meminfo],
}
