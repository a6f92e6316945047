// SPDX-License-Identifier: GPL-2.0

//! One function for two old ones.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(name = "one")]
    #[replace(name = "two")]
    unsafe extern "C" fn new() {}
}
