// SPDX-License-Identifier: GPL-2.0

//! A position beside the claim that there is one function only.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(name = "old", sympos = 2)]
    unsafe extern "C" fn second() {}

    #[replace(name = "old", sympos = 2)]
    unsafe extern "C" fn again() {}

    #[replace(name = "old", sympos = 1)]
    unsafe extern "C" fn first() {}

    #[replace]
    unsafe extern "C" fn old() {}
}
