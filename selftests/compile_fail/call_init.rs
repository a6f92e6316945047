// SPDX-License-Identifier: GPL-2.0

//! The generated init function and statics are nobody else's to call or to touch.

use livepatch::prelude::*;

#[livepatch::fix(title = "nothing")]
mod fix {
    use super::*;

    #[init]
    fn init() -> Result {
        // SAFETY: Not even with `unsafe`.
        unsafe { crate::__livepatch::__livepatch::init_module() };
        //~^ ERROR E0603: module `__livepatch` is private
        let _ = &crate::__livepatch::__livepatch::PATCH;
        //~^ ERROR E0603: module `__livepatch` is private
        let _ = &crate::__livepatch::__livepatch::LIVEPATCH;
        //~^ ERROR E0603: module `__livepatch` is private
        Ok(())
    }
}

livepatch! {
    description: "Calls what is not its own",
    fixes: [fix],
}
