// SPDX-License-Identifier: GPL-2.0

//! A fix that the attribute cannot see.

#[livepatch::fix(title = "test")]
mod elsewhere;
