// SPDX-License-Identifier: GPL-2.0

//! A module that is no livepatch.

#[livepatch::param(mode = 0)]
static ANSWER: Param<c_int> = Param::new(42);

livepatch::module! {
    description: "A module",
    author: "Somebody",
    init: start,
    exit: stop::now,
}
