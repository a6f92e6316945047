// SPDX-License-Identifier: GPL-2.0

//! Enabling is `unsafe`, by the kernel's function and by the crate's: safe code cannot do it at
//! another time than the last moment of init.

use livepatch::__private as rt;
use livepatch::bindings::{klp_enable_patch, klp_patch};
use livepatch::prelude::*;

fn by_the_kernel(patch: *mut klp_patch) -> c_int {
    klp_enable_patch(patch)
    //~^ ERROR E0133: call to unsafe function `klp_enable_patch`
}

fn by_the_crate(livepatch: &'static rt::Livepatch) -> c_int {
    rt::init(livepatch)
    //~^ ERROR E0133: call to unsafe function `init`
}

fn by_the_patch(patch: &'static rt::Patch) -> Result {
    patch.enable(true)
    //~^ ERROR E0624: method `enable` is private
}

fn taken_back(livepatch: &'static rt::Livepatch) {
    rt::exit(livepatch)
    //~^ ERROR E0133: call to unsafe function `exit`
}
