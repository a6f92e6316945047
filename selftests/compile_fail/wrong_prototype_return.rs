// SPDX-License-Identifier: GPL-2.0

//! A replacement must return what the kernel's header says that the old function returns.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "something instead of nothing")]
mod something {
    use super::*;

    #[replace]
    unsafe extern "C" fn seq_putc(_m: *mut seq_file, _c: c_char) -> c_int {
        //~^ ERROR E0308: `if` and `else` have incompatible types
        0
    }
}

#[livepatch::fix(title = "nothing instead of something")]
mod nothing {
    use super::*;

    #[replace]
    unsafe extern "C" fn seq_write(_m: *mut seq_file, _data: *const c_void, _len: usize) {}
    //~^ ERROR E0308: `if` and `else` have incompatible types
}

livepatch! {
    description: "Wrong results",
    fixes: [something, nothing],
}
