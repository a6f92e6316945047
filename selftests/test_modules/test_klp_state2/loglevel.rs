// SPDX-License-Identifier: GPL-2.0

//! A system state, version 2: it is taken over from an older livepatch, and given back.

use super::callback_info::callback_info;
use core::sync::atomic::{AtomicI32, Ordering};
use livepatch::prelude::*;

#[livepatch::fix(title = "printk: print everything on the console", id = "loglevel")]
pub(crate) mod fix {
    use super::*;

    /// The level of the console while a livepatch with the state is in force.
    const LEVEL: c_int = livepatch::bindings::CONSOLE_LOGLEVEL_MOTORMOUTH as c_int;

    /// The level before the first livepatch changed it.
    #[state(id = 1, version = 2)]
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
        if state.has_prev() {
            pr_info!(
                "allocate_loglevel_state: space to store console_loglevel already allocated\n"
            );
            return Ok(());
        }
        state.set_data(KBox::new(ConsoleLoglevel(0), GFP_KERNEL)?);
        pr_info!("allocate_loglevel_state: allocating space to store console_loglevel\n");
        Ok(())
    }

    fn fix_console_loglevel(object: &mut Object) {
        let Some(mut state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        // SAFETY: Every livepatch with state 1 keeps one integer in it, from a `KBox` or, as the
        // modules in C do, from `kmalloc()`.
        if unsafe { state.take_over() } {
            pr_info!("fix_console_loglevel: taking over the console_loglevel change\n");
            return;
        }
        pr_info!("fix_console_loglevel: fixing console_loglevel\n");
        if let Some(before) = state.data_mut() {
            before.0 = console_loglevel().swap(LEVEL, Ordering::Relaxed);
        }
    }

    fn restore_console_loglevel(object: &mut Object) {
        let Some(mut state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        if state.give_back() {
            pr_info!(
                "restore_console_loglevel: passing the console_loglevel change back to the old \
                 livepatch\n"
            );
            return;
        }
        pr_info!("restore_console_loglevel: restoring console_loglevel\n");
        if let Some(before) = state.data() {
            console_loglevel().store(before.0, Ordering::Relaxed);
        }
    }

    fn free_loglevel_state(object: &mut Object) {
        let Some(mut state) = object.state::<ConsoleLoglevel>() else {
            return;
        };
        if state.has_prev() {
            pr_info!("free_loglevel_state: keeping space to store console_loglevel\n");
            return;
        }
        pr_info!("free_loglevel_state: freeing space for the stored console_loglevel\n");
        // SAFETY: No older livepatch has the state.
        drop(unsafe { state.take_data() });
    }
}
