// SPDX-License-Identifier: GPL-2.0

//! A release of nothing.

livepatch! {
    description: "test",
    release: "1",
    fixes: [],
}
