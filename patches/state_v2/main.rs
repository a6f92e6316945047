// SPDX-License-Identifier: GPL-2.0

//! A system state, version 2: the successor of `state_v1`.
//!
//! It can be loaded on its own, or replace version 1: then it finds the setting from before version
//! 1 in the state, and puts that back in the end. The kernel refuses version 1 on top of it, since
//! version 1 does not know what version 2 did.

use core::sync::atomic::{AtomicI32, Ordering};
use livepatch::prelude::*;

#[livepatch::fix(title = "panic: reboot after 20 seconds", id = "panic_timeout")]
mod panic_timeout {
    use super::*;

    /// The setting while this livepatch is in force, in seconds.
    const TIMEOUT: c_int = 20;

    /// The setting before the first livepatch changed it.
    #[state(id = 1, version = 2)]
    struct PanicTimeout {
        before: c_int,
    }

    /// The kernel's variable, as /proc/sys/kernel/panic sees it.
    fn panic_timeout() -> &'static AtomicI32 {
        let variable = &raw mut livepatch::bindings::panic_timeout;
        // SAFETY: It is an aligned `int` of the kernel that stays for ever, and that everybody
        // reads and writes whole.
        unsafe { AtomicI32::from_ptr(variable) }
    }

    #[pre_patch]
    fn allocate(object: &mut Object) -> Result {
        let Some(mut state) = object.state::<PanicTimeout>() else {
            return Err(EINVAL);
        };
        if !state.has_prev() {
            let before = panic_timeout().load(Ordering::Relaxed);
            state.set_data(KBox::new(PanicTimeout { before }, GFP_KERNEL)?);
        }
        Ok(())
    }

    #[post_patch]
    fn change(object: &mut Object) {
        let Some(mut state) = object.state::<PanicTimeout>() else {
            return;
        };
        // SAFETY: Every livepatch with state 1 keeps this structure in it, from a `KBox`.
        unsafe { state.take_over() };
        panic_timeout().store(TIMEOUT, Ordering::Relaxed);
    }

    #[pre_unpatch]
    fn restore(object: &mut Object) {
        let Some(mut state) = object.state::<PanicTimeout>() else {
            return;
        };
        if state.give_back() {
            return;
        }
        if let Some(data) = state.data() {
            panic_timeout().store(data.before, Ordering::Relaxed);
        }
    }

    #[post_unpatch]
    fn free(object: &mut Object) {
        if let Some(mut state) = object.state::<PanicTimeout>() {
            // SAFETY: What an older livepatch still needs was given back before.
            drop(unsafe { state.take_data() });
        }
    }
}

livepatch! {
    description: "A system state, version 2",
    version: "2",
    fixes: [panic_timeout],
}
