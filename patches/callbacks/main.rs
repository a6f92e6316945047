// SPDX-License-Identifier: GPL-2.0

//! Callbacks: code that runs when an object is patched and unpatched.
//!
//! A fix that needs more than new functions (a lock to be initialised, memory to be prepared, a
//! setting to be changed) does it there. The object is vmlinux or a module, and a module can come
//! and go while the livepatch stays: its callbacks run each time.

use livepatch::prelude::*;

#[livepatch::fix(
    title = "callbacks: follow vmlinux and pktgen",
    id = "follow",
    object = "pktgen"
)]
mod callbacks {
    use super::*;

    /// What the administrator can try: a livepatch that refuses, and a module that cannot load.
    #[param(mode = 0o644, description = "refuse to be patched in with ENODEV")]
    static REFUSE: Param<bool> = Param::new(false);

    /// Runs before `pktgen` is patched; an error keeps it, or the whole livepatch, from loading.
    #[pre_patch]
    fn pre_patch(object: &Object) -> Result {
        report("pre_patch", object);
        if REFUSE.get() {
            return Err(ENODEV);
        }
        Ok(())
    }

    /// Runs when every task uses the new functions, or before a module's init.
    #[post_patch]
    fn post_patch(object: &Object) {
        report("post_patch", object);
    }

    /// Runs before the first task goes back to the old functions.
    #[pre_unpatch]
    fn pre_unpatch(object: &Object) {
        report("pre_unpatch", object);
    }

    /// Runs when no task uses the new functions any more.
    #[post_unpatch]
    fn post_unpatch(object: &Object) {
        report("post_unpatch", object);
    }

    /// Another object of the same fix.
    #[pre_patch(object = "vmlinux")]
    fn vmlinux_pre_patch(object: &Object) -> Result {
        report("pre_patch", object);
        Ok(())
    }

    #[post_unpatch(object = "vmlinux")]
    fn vmlinux_post_unpatch(object: &Object) {
        report("post_unpatch", object);
    }

    fn report(callback: &str, object: &Object) {
        match object.module() {
            Some(module) => pr_info!("{callback}: {module} is {:?}\n", module.state()),
            None => pr_info!("{callback}: {object}\n"),
        }
    }
}

livepatch! {
    description: "Callbacks of two objects",
    fixes: [callbacks],
}
