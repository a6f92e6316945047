// SPDX-License-Identifier: GPL-2.0

//! A livepatch that lists a fix twice.

#[livepatch::fix(title = "test")]
mod one {
    #[replace]
    unsafe extern "C" fn old() {}
}

livepatch! {
    description: "test",
    fixes: [one, self::one, one],
}
