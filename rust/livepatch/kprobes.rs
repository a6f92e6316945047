// SPDX-License-Identifier: GPL-2.0

//! Kprobes: handlers that run when a function of the kernel is called.
//!
//! A probe with a post handler may change where its function goes on, and so may a livepatch: the
//! kernel lets only one of them have a function (`EBUSY`).
//!
//! C header: `include/linux/kprobes.h`; `Documentation/trace/kprobes.rst`.

use crate::alloc::{KBox, GFP_KERNEL};
use crate::bindings::{self, kprobe, pt_regs};
use crate::context::AtomicContext;
use crate::error::{to_result, Result};
use crate::ffi::{c_int, c_ulong};
use crate::optional::{register_kprobe, unregister_kprobe};
use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::mem::MaybeUninit;

/// What runs at a probe.
pub trait Handler {
    /// Is given the registers of the code that is probed; it must not sleep.
    fn handle(regs: &pt_regs, context: &AtomicContext);
}

/// The handlers of a probe.
#[derive(Clone, Copy)]
pub struct Handlers {
    pre: bindings::kprobe_pre_handler_t,
    post: bindings::kprobe_post_handler_t,
}

impl Handlers {
    /// No handler.
    pub const NONE: Self = Self {
        pre: None,
        post: None,
    };

    /// Adds the one that runs before the probed instruction.
    pub const fn with_pre<H: Handler>(mut self) -> Self {
        self.pre = Some(pre::<H>);
        self
    }

    /// Adds the one that runs after the probed instruction.
    pub const fn with_post<H: Handler>(mut self) -> Self {
        self.post = Some(post::<H>);
        self
    }
}

/// A probe at the beginning of a function.
///
/// Dropping it removes the probe, and waits until no handler of it runs.
///
/// # Invariants
///
/// The structure is registered. Only the kprobes code touches it.
pub struct Kprobe(KBox<UnsafeCell<kprobe>>);

// SAFETY: A probe is removed as well by another task as by the one that made it.
unsafe impl Send for Kprobe {}

// SAFETY: Nothing can be done with a shared probe.
unsafe impl Sync for Kprobe {}

impl Kprobe {
    /// Puts a probe at the beginning of the function called `symbol`; it may sleep.
    ///
    /// # Errors
    ///
    /// Those of `register_kprobe()`: `ENOENT` when there is no such function, `EINVAL` when it
    /// cannot be probed, `EBUSY` when it has a livepatch and the probe a post handler; `ENOMEM`.
    ///
    /// # Safety
    ///
    /// The probe must be dropped before the module is gone: one that is forgotten could run a
    /// handler that is no longer there.
    pub unsafe fn register(symbol: &'static CStr, handlers: Handlers) -> Result<Self> {
        // SAFETY: A `kprobe` is integers, pointers, lists and optional functions, for which zero is
        // valid.
        let mut probe = unsafe { MaybeUninit::<kprobe>::zeroed().assume_init() };
        probe.symbol_name = symbol.as_ptr().cast();
        probe.pre_handler = handlers.pre;
        probe.post_handler = handlers.post;
        let probe = KBox::new(UnsafeCell::new(probe), GFP_KERNEL)?;
        // SAFETY: The structure stays where it is until the probe is removed; by the contract, so
        // do the handlers.
        to_result(unsafe { register_kprobe(probe.get()) })?;
        // INVARIANT: Just registered.
        Ok(Self(probe))
    }
}

impl Drop for Kprobe {
    fn drop(&mut self) {
        // SAFETY: By the type invariant, it is registered.
        unsafe { unregister_kprobe(self.0.get()) };
    }
}

/// # Safety
///
/// Only the kprobes code may call it, with the registers that it has saved.
unsafe extern "C" fn pre<H: Handler>(_probe: *mut kprobe, regs: *mut pt_regs) -> c_int {
    // SAFETY: By the contract of this function.
    H::handle(unsafe { &*regs }, &AtomicContext::new());
    // Go on with the probed instruction.
    0
}

/// # Safety
///
/// As for [`pre`].
unsafe extern "C" fn post<H: Handler>(_probe: *mut kprobe, regs: *mut pt_regs, _flags: c_ulong) {
    // SAFETY: By the contract of this function.
    H::handle(unsafe { &*regs }, &AtomicContext::new());
}
