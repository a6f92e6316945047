// SPDX-License-Identifier: GPL-2.0

//! A replacement must have the argument types that the kernel's header gives the old function.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "another type")]
mod argument_type {
    use super::*;

    #[replace]
    unsafe extern "C" fn seq_putc(_m: *mut seq_file, _c: c_ulong) {}
    //~^ ERROR E0308: `if` and `else` have incompatible types
}

#[livepatch::fix(title = "one argument too few")]
mod argument_missing {
    use super::*;

    #[replace]
    unsafe extern "C" fn seq_write(_m: *mut seq_file, _data: *const c_void) -> c_int {
        //~^ ERROR E0308: `if` and `else` have incompatible types
        0
    }
}

livepatch! {
    description: "Wrong arguments",
    fixes: [argument_type, argument_missing],
}
