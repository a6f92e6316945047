// SPDX-License-Identifier: GPL-2.0

//! Directories and files in sysfs.

use livepatch::kobject::{Kobject, Parent};
use livepatch::prelude::*;
use livepatch::sysfs::{Attribute, Page, Show};

struct Nothing;

impl Show for Nothing {
    fn show(_page: &mut Page<'_>) -> Result {
        Ok(())
    }
}

static NOTHING: Attribute = Attribute::read_only::<Nothing>(c"nothing");

/// What the module's code can reach is compiled.
pub fn create() -> Result {
    //~? ERROR this kernel has no kobject_create_and_add()
    let kobject = Kobject::create_and_add(c"example", Parent::Kernel)?;
    //~? ERROR this kernel has no sysfs_create_file_ns()
    // SAFETY: The kobject is dropped at once.
    unsafe { kobject.create_file(&NOTHING) }
}
