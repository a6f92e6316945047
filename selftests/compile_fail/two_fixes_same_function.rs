// SPDX-License-Identifier: GPL-2.0

//! A function has one replacement in a livepatch; all that is wrong is said at once.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "one")]
mod one {
    use super::*;

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }

    #[replace]
    unsafe extern "C" fn version_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }
}

#[livepatch::fix(title = "two")]
mod two {
    use super::*;

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        //~^ ERROR `cmdline_proc_show` of vmlinux is already replaced by `cmdline_proc_show` of the fix `one`
        1
    }

    #[replace]
    unsafe extern "C" fn version_proc_show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
        //~^ ERROR `version_proc_show` of vmlinux is already replaced by `version_proc_show` of the fix `one`
        1
    }
}

livepatch! {
    description: "Two fixes of the same functions",
    fixes: [one, two],
}
