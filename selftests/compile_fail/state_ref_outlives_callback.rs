// SPDX-License-Identifier: GPL-2.0

//! The data of a state are the kernel's: what refers to them ends with the callback.

use livepatch::prelude::*;

#[livepatch::fix(title = "keeps the state")]
mod fix {
    use super::*;

    #[state(id = 1, version = 1)]
    struct Before {
        value: c_int,
    }

    static mut KEPT: Option<&'static Before> = None;

    #[post_patch]
    fn post_patch(object: &mut Object) {
        if let Some(state) = object.state::<Before>() {
            //~^ ERROR E0521: borrowed data escapes outside of function
            // SAFETY: Callbacks run one at a time.
            unsafe { KEPT = state.data() };
            //~^ ERROR E0597: `state` does not live long enough
        }
    }

    #[pre_unpatch]
    fn pre_unpatch(object: &mut Object) {
        let first = object.state::<Before>();
        let second = object.state::<Before>();
        //~^ ERROR E0499: cannot borrow `*object` as mutable more than once
        drop((first, second));
    }
}

livepatch! {
    description: "A state that is kept",
    fixes: [fix],
}
