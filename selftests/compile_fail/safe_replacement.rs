// SPDX-License-Identifier: GPL-2.0

//! That a function can stand in for another is a claim that no compiler can check: it says `unsafe`.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "claims nothing")]
mod fix {
    use super::*;

    #[replace]
    extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        //~^ ERROR a replacement is `unsafe`
        0
    }
}

livepatch! {
    description: "A safe replacement",
    fixes: [fix],
}
