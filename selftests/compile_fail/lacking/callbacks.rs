// SPDX-License-Identifier: GPL-2.0

//! Callbacks.

use livepatch::prelude::*;

#[livepatch::fix(title = "a callback")]
mod fix {
    use super::*;

    #[post_unpatch]
    fn post_unpatch(_object: &mut Object) {}
}

livepatch! {
    //~^ ERROR this kernel has no klp_callbacks, which callbacks need
    description: "A callback",
    fixes: [fix],
}
