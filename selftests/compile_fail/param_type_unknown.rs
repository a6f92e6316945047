// SPDX-License-Identifier: GPL-2.0

//! A parameter has a type that the kernel can parse.

use livepatch::prelude::*;

#[livepatch::fix(title = "a type of one's own")]
mod fix {
    use super::*;

    struct Speed(c_int);

    #[param(mode = 0o644)]
    static SPEED: Param<Speed> = Param::new(Speed(1));
    //~^ ERROR E0277: the trait bound `Speed: ParamType` is not satisfied
    //~^^ ERROR E0599: the method `arg` exists for struct `Param<Speed>`, but its trait bounds were not satisfied

    #[init]
    fn init() -> Result {
        Ok(())
    }
}

livepatch! {
    description: "A parameter that the kernel cannot parse",
    fixes: [fix],
}
