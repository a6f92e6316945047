// SPDX-License-Identifier: GPL-2.0

//! What is attached to an object of the kernel cannot borrow from a function's stack, nor be for one
//! task only.

use core::cell::Cell;
use livepatch::prelude::*;

// SAFETY: No other livepatch of ours uses the number.
static CELLS: Shadow<Cell<c_int>> = unsafe { Shadow::new(1) };
//~^ ERROR E0277: `Cell<i32>` cannot be shared between threads safely

fn borrow<'a>(number: &'a c_int) {
    // SAFETY: As above.
    let shadow: Shadow<&'a c_int> = unsafe { Shadow::new(2) };
    //~^ ERROR lifetime may not live long enough
    let _ = shadow.get(number);
}
