// SPDX-License-Identifier: GPL-2.0

//! A name of 56 bytes, one more than a module can have.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(object = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm")]
    unsafe extern "C" fn new() {}
}
