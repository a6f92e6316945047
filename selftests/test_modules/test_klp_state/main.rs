// SPDX-License-Identifier: GPL-2.0

//! A system state, version 1: it cannot be taken over from an older livepatch.

use core::sync::atomic::{AtomicI32, Ordering};
use livepatch::prelude::*;

#[path = "../callback_info.rs"]
mod callback_info;

#[livepatch::fix(title = "printk: print everything on the console")]
mod loglevel {
    use super::callback_info::callback_info;
    use super::*;

    /// The level of the console while a livepatch with the state is in force.
    const LEVEL: c_int = livepatch::bindings::CONSOLE_LOGLEVEL_MOTORMOUTH as c_int;

    /// The level before the first livepatch changed it.
    #[state(id = 1, version = 1)]
    struct ConsoleLoglevel(c_int);

    /// The kernel's variable.
    fn console_loglevel() -> &'static AtomicI32 {
        let levels = (&raw mut livepatch::bindings::console_printk).cast::<c_int>();
        // SAFETY: The level of the console is the first of several aligned integers, which stay for
        // ever, and which everybody reads and writes whole.
        unsafe { AtomicI32::from_ptr(levels) }
    }

    #[pre_patch]
    fn pre_patch(object: &mut Object) -> Result {
        callback_info("pre_patch_callback", object);
        allocate_loglevel_state(object)
    }

    #[post_patch]
    fn post_patch(object: &mut Object) {
        callback_info("post_patch_callback", object);
        fix_console_loglevel(object);
    }

    #[pre_unpatch]
    fn pre_unpatch(object: &mut Object) {
        callback_info("pre_unpatch_callback", object);
        restore_console_loglevel(object);
    }

    #[post_unpatch]
    fn post_unpatch(object: &mut Object) {
        callback_info("post_unpatch_callback", object);
        free_loglevel_state(object);
    }

    fn allocate_loglevel_state(object: &mut Object) -> Result {
        let mut state = object.state::<ConsoleLoglevel>().ok_or(EINVAL)?;
        state.set_data(KBox::new(ConsoleLoglevel(0), GFP_KERNEL)?);
        pr_info!("allocate_loglevel_state: allocating space to store console_loglevel\n");
        Ok(())
    }

    fn fix_console_loglevel(object: &mut Object) {
        let Some(mut state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        pr_info!("fix_console_loglevel: fixing console_loglevel\n");
        if let Some(before) = state.data_mut() {
            before.0 = console_loglevel().swap(LEVEL, Ordering::Relaxed);
        }
    }

    fn restore_console_loglevel(object: &mut Object) {
        let Some(state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        pr_info!("restore_console_loglevel: restoring console_loglevel\n");
        if let Some(before) = state.data() {
            console_loglevel().store(before.0, Ordering::Relaxed);
        }
    }

    fn free_loglevel_state(object: &mut Object) {
        let Some(mut state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        pr_info!("free_loglevel_state: freeing space for the stored console_loglevel\n");
        // SAFETY: Version 1 never takes over the data of another livepatch.
        drop(unsafe { state.take_data() });
    }
}

livepatch! {
    description: "Livepatch test: system state modification",
    fixes: [loglevel],
}
