// SPDX-License-Identifier: GPL-2.0

//! A livepatch that the kernel refuses: the old function has no ftrace site.
//!
//! `__schedule()` is `notrace`. The fix before it is a good one, which must not stay patched.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "replaces a function of /proc")]
mod good {
    use super::*;

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }
}

#[livepatch::fix(title = "replaces a function that ftrace cannot redirect")]
mod no_ftrace {
    use super::*;

    #[replace(name = "__schedule")]
    unsafe extern "C" fn schedule(_mode: c_int) {}
}

livepatch! {
    description: "Refused: no ftrace site",
    fixes: [good, no_ftrace],
}
