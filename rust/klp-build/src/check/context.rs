// SPDX-License-Identifier: GPL-2.0

//! What a rule looks at.

use std::path::Path;

use livepatch_elf::File;
use livepatch_symbols::Kernel;

use super::model::Livepatch;
use super::module::Module;
use super::target::Target;

/// A livepatch and the kernel that it is for.
///
/// A rule is a function `check(&Context<'_>, &mut Findings) -> Result<(), Error>`; an error ends the whole command, so it is for
/// what makes checking pointless.
pub struct Context<'a> {
    /// The module's file, to name it; it is not to be read again.
    pub path: &'a Path,
    /// The file, taken apart.
    pub module: &'a Module<'a>,
    /// What the livepatch is made of.
    pub livepatch: &'a Livepatch,
    /// The kernel.
    pub target: &'a Target<'a>,
}

impl<'a> Context<'a> {
    /// Returns the file, taken apart.
    pub fn file(&self) -> &'a File<'a> {
        self.module.file
    }

    /// Returns the kernel.
    pub fn kernel(&self) -> &'a Kernel {
        self.target.kernel
    }
}
