// SPDX-License-Identifier: GPL-2.0

//! A description of two lines.

#[livepatch::param(description = "a\nb")]
static QUIET: Param<bool> = Param::new(false);
