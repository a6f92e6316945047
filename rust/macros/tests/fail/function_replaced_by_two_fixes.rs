// SPDX-License-Identifier: GPL-2.0

//! Two fixes for one function; in another module, the name is another function.

#[livepatch::fix(title = "one")]
mod one {
    #[replace]
    unsafe extern "C" fn old() {}

    #[replace(object = "pktgen")]
    unsafe extern "C" fn elsewhere() {}
}

#[livepatch::fix(title = "two")]
mod two {
    #[replace]
    unsafe extern "C" fn old() {}

    #[replace]
    unsafe extern "C" fn elsewhere() {}
}

livepatch! {
    description: "test",
    fixes: [one, two],
}
