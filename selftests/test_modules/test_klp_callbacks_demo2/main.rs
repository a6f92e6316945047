// SPDX-License-Identifier: GPL-2.0

//! Callbacks of vmlinux, in a livepatch that replaces others if a parameter says so.

use livepatch::prelude::*;

#[path = "../callback_info.rs"]
mod callback_info;

#[livepatch::fix(title = "callbacks: follow vmlinux")]
mod callbacks {
    use super::callback_info::callback_info;
    use super::*;

    #[param(mode = 0o644, description = "replace (default=0)")]
    pub(super) static REPLACE: Param<c_int> = Param::new(0);

    #[pre_patch]
    fn pre_patch(object: &Object) -> Result {
        callback_info("pre_patch_callback", object);
        Ok(())
    }

    #[post_patch]
    fn post_patch(object: &Object) {
        callback_info("post_patch_callback", object);
    }

    #[pre_unpatch]
    fn pre_unpatch(object: &Object) {
        callback_info("pre_unpatch_callback", object);
    }

    #[post_unpatch]
    fn post_unpatch(object: &Object) {
        callback_info("post_unpatch_callback", object);
    }
}

livepatch! {
    description: "Livepatch test: livepatch demo2",
    replace: callbacks::REPLACE.get() != 0,
    fixes: [callbacks],
}
