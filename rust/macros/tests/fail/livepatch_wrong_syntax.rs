// SPDX-License-Identifier: GPL-2.0

//! Input that is no list of keys and values.

livepatch! {
    description = "test",
    replace: ,
    fixes: one,
}

livepatch! {
    description: test,
    authors: "one",
    fixes: ["one", two(), #[allow(unused)] three],
}
