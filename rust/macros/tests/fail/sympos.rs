// SPDX-License-Identifier: GPL-2.0

//! Positions that are none.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(sympos = -1)]
    unsafe extern "C" fn negative() {}

    #[replace(sympos = "2")]
    unsafe extern "C" fn text() {}

    #[replace(sympos = 1.5)]
    unsafe extern "C" fn fraction() {}

    #[replace(sympos = 99999999999)]
    unsafe extern "C" fn great() {}
}
