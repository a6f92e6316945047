// SPDX-License-Identifier: GPL-2.0

//! An object is valid while a callback runs: it can be neither kept nor handed to another task.

use livepatch::prelude::*;

#[livepatch::fix(title = "keeps the object")]
mod fix {
    use super::*;

    static mut KEPT: Option<&'static Object> = None;

    #[post_patch]
    fn post_patch(object: &Object) {
        // SAFETY: Callbacks run one at a time.
        unsafe { KEPT = Some(object) };
        //~^ ERROR lifetime may not live long enough
    }

    #[pre_unpatch]
    fn pre_unpatch(object: &Object) {
        shared(object);
        //~^ ERROR E0277: `NonNull<klp_object>` cannot be shared between threads safely
    }

    fn moved(object: &Object) {
        drop(*object);
        //~^ ERROR E0507: cannot move out of `*object`
    }

    fn shared<T: Sync>(_value: &T) {}
}

livepatch! {
    description: "An object that is kept",
    fixes: [fix],
}
