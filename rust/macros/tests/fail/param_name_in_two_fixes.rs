// SPDX-License-Identifier: GPL-2.0

//! Two parameters of one name in a livepatch.

#[livepatch::fix(title = "one")]
mod one {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param]
    static QUIET: Param<bool> = Param::new(false);
}

#[livepatch::fix(title = "two")]
mod two {
    #[replace]
    unsafe extern "C" fn other() {}

    #[param]
    static QUIET: Param<bool> = Param::new(false);
}

livepatch! {
    description: "test",
    fixes: [one, two],
}
