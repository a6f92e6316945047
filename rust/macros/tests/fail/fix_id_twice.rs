// SPDX-License-Identifier: GPL-2.0

//! Two fixes with one name.

#[livepatch::fix(title = "one")]
mod one {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = "two", id = "one")]
mod two {
    #[replace]
    unsafe extern "C" fn other() {}
}

livepatch! {
    description: "test",
    fixes: [one, two],
}
