// SPDX-License-Identifier: GPL-2.0

//! A module can go when the callback that is told about it has returned.

use livepatch::prelude::*;

static mut KEPT: Option<Module<'static>> = None;

fn keep(object: &Object) {
    // SAFETY: Callbacks run one at a time.
    unsafe { KEPT = object.module() };
    //~^ ERROR E0521: borrowed data escapes outside of function
}
