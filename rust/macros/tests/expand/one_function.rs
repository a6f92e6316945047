// SPDX-License-Identifier: GPL-2.0

//! The smallest livepatch: one function of the kernel.

#[livepatch::fix(title = "proc: say that the kernel is patched", cve = ["CVE-2026-12345"])]
mod cmdline {
    use super::*;

    /// Replaces `cmdline_proc_show()` (fs/proc/cmdline.c).
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }
}

livepatch! {
    description: "Says that the kernel is patched",
    author: "Somebody",
    fixes: [cmdline],
}
