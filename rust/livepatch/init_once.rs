// SPDX-License-Identifier: GPL-2.0

//! C objects in statics that cannot be initialised when they are compiled.
//!
//! A list head points to itself and a lock has what the configuration debugs: C's static
//! initialisers are macros that Rust cannot use. So the first use initialises the object, where it
//! is, and C's own function does it.

use crate::bindings;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, Ordering};

/// A C object that the first use initialises, in any context but that of an NMI.
///
/// # Invariants
///
/// The value is initialised where `ready` is set; until then only the holder of the lock writes it.
pub(crate) struct InitOnce<T> {
    ready: AtomicBool,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: It gives out raw pointers only, to an object that C serialises the accesses to.
unsafe impl<T> Sync for InitOnce<T> {}

impl<T> InitOnce<T> {
    /// Makes the place of an object.
    pub(crate) const fn new() -> Self {
        Self {
            ready: AtomicBool::new(false),
            value: UnsafeCell::new(MaybeUninit::zeroed()),
        }
    }

    /// Returns the object, after `init` if nobody has initialised it yet.
    ///
    /// `init` must initialise what it is given, and runs in atomic context.
    pub(crate) fn get(&'static self, init: impl FnOnce(*mut T)) -> *mut T {
        let value = self.value.get().cast::<T>();
        if !self.ready.load(Ordering::Acquire) {
            let _locked = Locked::new();
            if !self.ready.load(Ordering::Relaxed) {
                init(value);
                // INVARIANT: It is initialised now.
                self.ready.store(true, Ordering::Release);
            }
        }
        value
    }
}

/// The lock of all such objects of a module, held with interrupts off.
struct Locked {
    flags: crate::ffi::c_ulong,
    _context: PhantomData<*const ()>,
}

impl Locked {
    fn new() -> Self {
        Self {
            // SAFETY: It can be taken in any context, and what is done under it takes it not again.
            flags: unsafe { bindings::livepatch_helper_init_once_lock() },
            _context: PhantomData,
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: `new` has taken it, in this context: the type is not `Send`.
        unsafe { bindings::livepatch_helper_init_once_unlock(self.flags) };
    }
}
