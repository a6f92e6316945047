// SPDX-License-Identifier: GPL-2.0

//! The parameter that leaves fixes out, which a livepatch with several has.

use livepatch::prelude::*;

#[livepatch::fix(title = "one")]
mod one {
    use super::*;

    #[init]
    fn init() -> Result {
        Ok(())
    }
}

#[livepatch::fix(title = "two")]
mod two {
    use super::*;

    #[init]
    fn init() -> Result {
        Ok(())
    }
}

livepatch! {
    //~^ ERROR this kernel has no param_ops_charp
    description: "Several fixes",
    fixes: [one, two],
}
