// SPDX-License-Identifier: GPL-2.0
// RUST_MODFILE=mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm

//! A livepatch with a name of 56 bytes.

livepatch! {
    description: "test",
    fixes: [],
}
