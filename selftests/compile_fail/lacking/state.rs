// SPDX-License-Identifier: GPL-2.0

//! System states.

use livepatch::prelude::*;

#[livepatch::fix(title = "a state")]
mod fix {
    #[state(id = 1, version = 1)]
    struct Saved;
}

livepatch! {
    //~^ ERROR this kernel has no klp_state, which system states need
    description: "A state",
    fixes: [fix],
}
