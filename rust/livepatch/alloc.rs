// SPDX-License-Identifier: GPL-2.0

//! Memory that outlives a function, or the livepatch itself.
//!
//! A livepatch that is replaced hands the data of its system states on to its successor, so they
//! cannot be statics of its module.
//!
//! C header: `include/linux/slab.h`.

use crate::bindings;
use crate::error::{code::ENOMEM, Result};
use core::ops::{BitOr, Deref, DerefMut};
use core::ptr::NonNull;

/// How the allocator may go about it: `gfp_t`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Flags(bindings::gfp_t);

/// May sleep; for process context without a spinlock held.
pub const GFP_KERNEL: Flags = Flags(bindings::LIVEPATCH_GFP_KERNEL);

/// Does not sleep; for atomic context.
pub const GFP_ATOMIC: Flags = Flags(bindings::LIVEPATCH_GFP_ATOMIC);

/// Says nothing in the log when the allocation fails.
pub const GFP_NOWARN: Flags = Flags(bindings::LIVEPATCH_GFP_NOWARN);

impl Flags {
    pub(crate) const fn as_raw(self) -> bindings::gfp_t {
        self.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A value in memory of its own, from `kmalloc()`.
///
/// # Invariants
///
/// The pointer comes from `kmalloc()` and holds a `T`, which nobody else refers to.
#[repr(transparent)]
pub struct KBox<T>(NonNull<T>);

// SAFETY: By the type invariant, the value goes where the box goes.
unsafe impl<T: Send> Send for KBox<T> {}

// SAFETY: A shared box gives out shared references only.
unsafe impl<T: Sync> Sync for KBox<T> {}

impl<T> KBox<T> {
    /// `kmalloc()` aligns every size to this at least.
    const ALIGNED: () = assert!(
        align_of::<T>() <= bindings::LIVEPATCH_KMALLOC_MINALIGN,
        "kmalloc() does not align this type"
    );

    /// Moves a value into memory of its own.
    ///
    /// # Errors
    ///
    /// `ENOMEM` when there is none.
    pub fn new(value: T, flags: Flags) -> Result<Self> {
        let () = Self::ALIGNED;
        // A size of zero is asked for as one, so that the pointer is never ZERO_SIZE_PTR.
        let size = size_of::<T>().max(1);
        // SAFETY: Any size and flags can be asked for; the caller chose flags for its context.
        let memory = unsafe { bindings::livepatch_helper_kmalloc(size, flags.as_raw()) };
        let memory = NonNull::new(memory.cast::<T>()).ok_or(ENOMEM)?;
        // SAFETY: The memory is ours, large enough, and aligned by `ALIGNED`.
        unsafe { memory.write(value) };
        // INVARIANT: Just allocated and written.
        Ok(Self(memory))
    }

    /// Gives the pointer away, for C to keep.
    pub(crate) fn into_raw(self) -> NonNull<T> {
        let memory = self.0;
        core::mem::forget(self);
        memory
    }

    /// Takes a pointer back.
    ///
    /// # Safety
    ///
    /// It must come from [`KBox::into_raw`] of the same type, and nobody may use it any more.
    pub(crate) unsafe fn from_raw(memory: NonNull<T>) -> Self {
        // INVARIANT: By the contract of this function.
        Self(memory)
    }
}

impl<T> Drop for KBox<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant, it holds a value that nobody else refers to.
        unsafe { self.0.drop_in_place() };
        // SAFETY: By the type invariant, it comes from `kmalloc()`.
        unsafe { bindings::kfree(self.0.as_ptr().cast()) };
    }
}

impl<T> Deref for KBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: By the type invariant, it holds a value.
        unsafe { self.0.as_ref() }
    }
}

impl<T> DerefMut for KBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: By the type invariant, it holds a value that nobody else refers to.
        unsafe { self.0.as_mut() }
    }
}
