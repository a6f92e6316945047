// SPDX-License-Identifier: GPL-2.0

//! An item that is two things.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    #[pre_patch]
    unsafe extern "C" fn new() {}
}
