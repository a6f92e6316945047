// SPDX-License-Identifier: GPL-2.0

//! Two states of one id in a livepatch.

#[livepatch::fix(title = "one")]
mod one {
    #[state(id = 1, version = 1)]
    struct One;
}

#[livepatch::fix(title = "two")]
mod two {
    #[state(id = 1, version = 1)]
    struct Two;
}

livepatch! {
    description: "test",
    fixes: [one, two],
}
