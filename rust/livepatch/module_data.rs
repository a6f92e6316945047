// SPDX-License-Identifier: GPL-2.0

//! What the init function of a module leaves for its exit function.

use crate::alloc::{KBox, GFP_KERNEL};
use crate::error::{code::EBUSY, Result};
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicPtr, Ordering};

/// A place for a value, which whoever takes it owns.
///
/// # Invariants
///
/// The pointer is null, or comes from a [`KBox`] that nobody has taken back.
///
/// # Examples
///
/// ```
/// use livepatch::bindings::seq_file;
/// use livepatch::prelude::*;
/// use livepatch::proc_fs::ProcEntry;
///
/// static ENTRY: ModuleData<ProcEntry> = ModuleData::new();
///
/// fn init() -> Result {
///     // SAFETY: The function does nothing, and `exit` drops the entry.
///     ENTRY.set(unsafe { ProcEntry::create_single(c"example", 0, show) }?)
/// }
///
/// fn exit() {
///     drop(ENTRY.take());
/// }
///
/// unsafe extern "C" fn show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
///     0
/// }
/// # fn main() {}
/// ```
pub struct ModuleData<T>(AtomicPtr<T>, PhantomData<fn(T) -> T>);

impl<T: Send> ModuleData<T> {
    /// Makes an empty place.
    #[allow(clippy::new_without_default, reason = "for statics")]
    pub const fn new() -> Self {
        Self(AtomicPtr::new(core::ptr::null_mut()), PhantomData)
    }

    /// Puts a value there; it may sleep.
    ///
    /// # Errors
    ///
    /// `EBUSY` when there is one already, `ENOMEM` when there is no memory; the value is dropped.
    pub fn set(&self, value: T) -> Result {
        let value = KBox::new(value, GFP_KERNEL)?.into_raw();
        let empty = core::ptr::null_mut();
        // Release: whoever takes the pointer sees the value.
        // INVARIANT: It comes from a box, which is given away.
        let stored =
            self.0
                .compare_exchange(empty, value.as_ptr(), Ordering::Release, Ordering::Relaxed);
        if stored.is_err() {
            // SAFETY: It has just come from a box, and was not stored.
            drop(unsafe { KBox::from_raw(value) });
            return Err(EBUSY);
        }
        Ok(())
    }

    /// Takes the value, if there is one.
    pub fn take(&self) -> Option<KBox<T>> {
        let value = self.0.swap(core::ptr::null_mut(), Ordering::Acquire);
        // SAFETY: By the type invariant it comes from a box, and now nobody else can take it.
        NonNull::new(value).map(|value| unsafe { KBox::from_raw(value) })
    }
}

impl<T> Drop for ModuleData<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant it comes from a box.
        drop(NonNull::new(*self.0.get_mut()).map(|value| unsafe { KBox::from_raw(value) }));
    }
}
