// SPDX-License-Identifier: GPL-2.0

//! A livepatch that the kernel refuses: there are several functions of the old name.
//!
//! `t_start()` is a static function of several files in kernel/trace. An author says which one is meant
//! with `sympos`; this one did not.

use livepatch::bindings::{loff_t, seq_file};
use livepatch::prelude::*;

#[livepatch::fix(title = "replaces one of several functions of the same name")]
mod ambiguous {
    use super::*;

    #[replace]
    unsafe extern "C" fn t_start(_m: *mut seq_file, _pos: *mut loff_t) -> *mut c_void {
        core::ptr::null_mut()
    }
}

livepatch! {
    description: "Refused: ambiguous function",
    fixes: [ambiguous],
}
