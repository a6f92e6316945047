// SPDX-License-Identifier: GPL-2.0

//! Work that a thread of the kernel does later.
//!
//! C header: `include/linux/workqueue.h`.

use crate::alloc::{Flags, KBox};
use crate::bindings::{self, work_struct};
use crate::error::Result;
use crate::optional::{cancel_work_sync, flush_work};
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

/// A function that a [`Work`] runs; it is given the C structure of the work.
pub type WorkFunc = unsafe extern "C" fn(work: *mut work_struct);

/// A work item: a function for the system's workqueue to run.
///
/// Dropping it takes it from the queue, and waits until its function has returned if that runs.
///
/// # Invariants
///
/// The structure is initialised. Only the workqueue code touches it.
pub struct Work(KBox<UnsafeCell<work_struct>>);

// SAFETY: The workqueue code serialises all that can be done with an item.
unsafe impl Send for Work {}

// SAFETY: As above.
unsafe impl Sync for Work {}

impl Work {
    /// Makes an item that is not queued.
    ///
    /// # Errors
    ///
    /// `ENOMEM` when there is no memory.
    ///
    /// # Safety
    ///
    /// `func` must be sound to run at any time until the item is dropped, in process context, in
    /// one thread at a time. The item must be dropped before the module is gone: one that is
    /// forgotten could run code that is no longer there.
    pub unsafe fn new(func: WorkFunc, flags: Flags) -> Result<Self> {
        // SAFETY: A `work_struct` is integers, pointers and a list head, for which zero is valid.
        let work = unsafe { MaybeUninit::<work_struct>::zeroed().assume_init() };
        let work = KBox::new(UnsafeCell::new(work), flags)?;
        // SAFETY: The memory is ours, and stays where it is until the item is dropped.
        unsafe { bindings::livepatch_helper_init_work(work.get(), Some(func)) };
        // INVARIANT: Just initialised.
        Ok(Self(work))
    }

    /// Queues the item, and returns whether it was not queued yet; in any context but that of an
    /// NMI.
    pub fn schedule(&self) -> bool {
        // SAFETY: By the type invariant it is initialised; dropping cancels it first.
        unsafe { bindings::livepatch_helper_schedule_work(self.0.get()) }
    }

    /// Waits until the item has run, and returns whether there was anything to wait for; it sleeps.
    ///
    /// The item's own function must not call it: it would wait for itself.
    pub fn flush(&self) -> bool {
        // SAFETY: By the type invariant, it is initialised.
        unsafe { flush_work(self.0.get()) }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // SAFETY: By the type invariant it is initialised. Nobody can queue it again: whoever drops
        // it is the last to know it, its own function apart, which has returned after this.
        unsafe { cancel_work_sync(self.0.get()) };
    }
}
