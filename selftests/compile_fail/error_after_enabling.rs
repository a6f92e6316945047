// SPDX-License-Identifier: GPL-2.0

//! Nothing of the author's that could fail runs after the livepatch is enabled.

use livepatch::prelude::*;

#[livepatch::fix(title = "fails too late")]
mod fix {
    use super::*;

    #[post_patch]
    fn post_patch(_object: &Object) -> Result {
        //~^ ERROR a `#[post_patch]` callback cannot fail
        Err(EINVAL)
    }

    #[exit]
    fn exit() -> Result {
        //~^ ERROR an `#[exit]` function cannot fail
        Err(EINVAL)
    }
}

fn late() -> Result {
    Err(EINVAL)
}

livepatch! {
    description: "Wants to go on after enabling",
    init: late,
    //~^ ERROR livepatch! has no key `init`
    fixes: [fix],
}
