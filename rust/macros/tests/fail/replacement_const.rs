// SPDX-License-Identifier: GPL-2.0

//! A replacement for the compiler to call.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    const unsafe extern "C" fn old() {}
}
