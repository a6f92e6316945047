// SPDX-License-Identifier: GPL-2.0

//! Keys that are given twice.

livepatch! {
    description: "one",
    author: "one",
    authors: ["two"],
    description: "two",
    fixes: [],
}
