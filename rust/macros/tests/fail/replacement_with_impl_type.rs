// SPDX-License-Identifier: GPL-2.0

//! A replacement that is generic without saying so.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old(_: impl Copy) -> impl Copy {}
}
