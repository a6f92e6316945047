// SPDX-License-Identifier: GPL-2.0

//! Replaces the function of `test_stall_target`, by one that can hold its callers as well.

use livepatch::bindings::seq_file;
use livepatch::delay::msleep;
use livepatch::prelude::*;

#[livepatch::fix(title = "test_stall_target: say new", object = "test_stall_target")]
mod stall {
    use super::*;

    #[param(mode = 0o644, description = "hold the readers (default=false)")]
    static HOLD: Param<bool> = Param::new(false);

    /// Replaces the function behind /proc/test_stall.
    #[replace]
    unsafe extern "C" fn test_stall_target_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // Until the administrator clears the parameter.
        while HOLD.get() {
            msleep(20);
        }
        // SAFETY: The caller of the old function, seq_read_iter(), passes the file that is read.
        let mut m = unsafe { SeqFile::from_raw(m) };
        seq_print!(m, "new\n");
        0
    }
}

livepatch! {
    description: "Livepatch test: a transition that can be held",
    fixes: [stall],
}
