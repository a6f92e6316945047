// SPDX-License-Identifier: GPL-2.0

//! A severity that is none.

#[livepatch::fix(title = "test", severity = "high")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}
