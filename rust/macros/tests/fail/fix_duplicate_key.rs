// SPDX-License-Identifier: GPL-2.0

//! Keys that are given twice.

#[livepatch::fix(title = "one", title = "two")]
mod test {
    #[replace(name = "one", name = "two")]
    unsafe extern "C" fn new() {}
}
