// SPDX-License-Identifier: GPL-2.0

//! The parameter that a livepatch of several fixes has already.

#[livepatch::fix(title = "one")]
mod one {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param]
    static SKIP: Param<bool> = Param::new(false);
}

#[livepatch::fix(title = "two")]
mod two {
    #[replace]
    unsafe extern "C" fn other() {}
}

livepatch! {
    description: "test",
    fixes: [one, two],
}
