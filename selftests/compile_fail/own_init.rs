// SPDX-License-Identifier: GPL-2.0

//! The module's init function is the macro's: there can be no second one that goes on, and fails,
//! after enabling.

use livepatch::prelude::*;

#[livepatch::fix(title = "nothing")]
mod fix {
    use super::*;

    #[init]
    fn init() -> Result {
        Ok(())
    }
}

#[no_mangle]
extern "C" fn init_module() -> c_int {
    -12
}

livepatch! {
//~^ ERROR symbol `init_module` is already defined
    description: "Two init functions",
    fixes: [fix],
}
