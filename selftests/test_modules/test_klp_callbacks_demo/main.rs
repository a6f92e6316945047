// SPDX-License-Identifier: GPL-2.0

//! Callbacks of vmlinux and of two modules, one of which has a function that is replaced.

use livepatch::error::to_result;
use livepatch::prelude::*;

#[path = "../callback_info.rs"]
mod callback_info;

#[livepatch::fix(title = "callbacks: follow vmlinux and two modules")]
mod callbacks {
    use super::callback_info::callback_info;
    use super::*;
    use livepatch::bindings::work_struct;

    #[param(mode = 0o644, description = "pre_patch_ret (default=0)")]
    static PRE_PATCH_RET: Param<c_int> = Param::new(0);

    #[pre_patch]
    fn vmlinux_pre_patch(object: &Object) -> Result {
        callback_info("pre_patch_callback", object);
        to_result(PRE_PATCH_RET.get())
    }

    #[post_patch]
    fn vmlinux_post_patch(object: &Object) {
        callback_info("post_patch_callback", object);
    }

    #[pre_unpatch]
    fn vmlinux_pre_unpatch(object: &Object) {
        callback_info("pre_unpatch_callback", object);
    }

    #[post_unpatch]
    fn vmlinux_post_unpatch(object: &Object) {
        callback_info("post_unpatch_callback", object);
    }

    #[pre_patch(object = "test_klp_callbacks_mod")]
    fn module_pre_patch(object: &Object) -> Result {
        callback_info("pre_patch_callback", object);
        to_result(PRE_PATCH_RET.get())
    }

    #[post_patch(object = "test_klp_callbacks_mod")]
    fn module_post_patch(object: &Object) {
        callback_info("post_patch_callback", object);
    }

    #[pre_unpatch(object = "test_klp_callbacks_mod")]
    fn module_pre_unpatch(object: &Object) {
        callback_info("pre_unpatch_callback", object);
    }

    #[post_unpatch(object = "test_klp_callbacks_mod")]
    fn module_post_unpatch(object: &Object) {
        callback_info("post_unpatch_callback", object);
    }

    #[pre_patch(object = "test_klp_callbacks_busy")]
    fn busy_pre_patch(object: &Object) -> Result {
        callback_info("pre_patch_callback", object);
        to_result(PRE_PATCH_RET.get())
    }

    #[post_patch(object = "test_klp_callbacks_busy")]
    fn busy_post_patch(object: &Object) {
        callback_info("post_patch_callback", object);
    }

    #[pre_unpatch(object = "test_klp_callbacks_busy")]
    fn busy_pre_unpatch(object: &Object) {
        callback_info("pre_unpatch_callback", object);
    }

    #[post_unpatch(object = "test_klp_callbacks_busy")]
    fn busy_post_unpatch(object: &Object) {
        callback_info("post_unpatch_callback", object);
    }

    /// Replaces the function that keeps the busy module busy.
    #[replace(name = "busymod_work_func", object = "test_klp_callbacks_busy")]
    unsafe extern "C" fn patched_work_func(_work: *mut work_struct) {
        pr_info!("patched_work_func\n");
    }
}

livepatch! {
    description: "Livepatch test: livepatch demo",
    replace: false,
    fixes: [callbacks],
}
