// SPDX-License-Identifier: GPL-2.0

//! What a rule looks at.

use std::path::Path;

use super::model::Livepatch;

/// A livepatch and the kernel that it is for. A rule is a function
/// `check(&Context<'_>, &mut Findings)`.
pub struct Context<'a> {
    /// The module's file, to name it; it is not to be read again.
    pub path: &'a Path,
    /// What the file holds.
    pub data: &'a [u8],
    /// What the livepatch is made of.
    pub livepatch: &'a Livepatch,
}
