// SPDX-License-Identifier: GPL-2.0

//! Keys that a livepatch and a module do not have.

livepatch! {
    description: "test",
    licence: "GPL",
    fixes: [],
}

module! {
    description: "test",
    fixes: [],
}
