// SPDX-License-Identifier: GPL-2.0

//! A module that only has parameters.

livepatch::module! {
    description: "A module",
    license: "GPL v2",
}
