// SPDX-License-Identifier: GPL-2.0

//! A replacement that takes any number of arguments.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old(format: *const c_char, ...) {}
}
