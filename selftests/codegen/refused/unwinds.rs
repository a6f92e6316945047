// SPDX-License-Identifier: GPL-2.0

//! Begins to unwind.

use livepatch::prelude::*;

// refused: _Unwind_Resume

#[livepatch::fix(title = "a function that unwinds")]
mod fix {
    use super::*;

    extern "C" {
        fn _Unwind_Resume(exception: *mut c_void) -> !;
    }

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut c_void, v: *mut c_void) -> c_int {
        // SAFETY: It never runs.
        unsafe { _Unwind_Resume(v) }
    }
}

livepatch! {
    description: "Goes a way that the kernel does not have",
    fixes: [fix],
}
