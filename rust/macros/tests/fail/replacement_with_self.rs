// SPDX-License-Identifier: GPL-2.0

//! A replacement that is a method.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old(&self) {}
}
