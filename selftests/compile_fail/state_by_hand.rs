// SPDX-License-Identifier: GPL-2.0

//! A state's type is what is in the state's data: nobody claims it without `unsafe`, or the data of
//! one type could be read as another.

use livepatch::prelude::*;

struct Pointer(&'static c_int);

impl State for Pointer {
    //~^ ERROR E0200: the trait `livepatch::State` requires an `unsafe impl` declaration
    const ID: c_ulong = 1;
    const VERSION: c_uint = 1;
}
