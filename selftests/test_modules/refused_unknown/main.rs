// SPDX-License-Identifier: GPL-2.0

//! A livepatch that the kernel refuses: the old function does not exist.
//!
//! The first of its functions is a good one, which must not stay patched.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "replaces a function that is not there")]
mod unknown {
    use super::*;

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }

    #[replace(name = "no_function_of_this_name")]
    unsafe extern "C" fn missing() {}
}

livepatch! {
    description: "Refused: unknown function",
    fixes: [unknown],
}
