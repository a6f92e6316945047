// SPDX-License-Identifier: GPL-2.0
// RUST_MODFILE=my.patch

//! A livepatch with a name that the module loader would change.

livepatch! {
    description: "test",
    fixes: [],
}

module! {
    description: "test",
}
