// SPDX-License-Identifier: GPL-2.0

//! The id of a state says whose data they are: in a livepatch, it is there once.

use livepatch::prelude::*;

#[livepatch::fix(title = "one")]
mod one {
    #[state(id = 1, version = 1)]
    struct One;
}

#[livepatch::fix(title = "two")]
mod two {
    #[state(id = 1, version = 2)]
    //~^ ERROR `One` of the fix `one` has the state id 1 already
    struct Two;
}

livepatch! {
    description: "A state twice",
    fixes: [one, two],
}
