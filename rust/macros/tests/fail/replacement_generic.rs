// SPDX-License-Identifier: GPL-2.0

//! A replacement that is not one function.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old<T, const N: usize>(_: [T; N]) {}
}
