// SPDX-License-Identifier: GPL-2.0

//! The attribute of a module on a function.

#[livepatch::fix(title = "test")]
unsafe extern "C" fn old() {}
