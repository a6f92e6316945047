// SPDX-License-Identifier: GPL-2.0

//! Data that one task at a time may touch.
//!
//! C header: `include/linux/mutex.h`.

use crate::bindings;
use crate::init_once::InitOnce;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// Data behind a lock that can be waited for: C's `DEFINE_MUTEX()`.
///
/// Each static is a lock class of its own for the kernel's lock checker.
///
/// # Examples
///
/// ```
/// use livepatch::mutex::Mutex;
///
/// static PENDING: Mutex<usize> = Mutex::new(0);
///
/// fn add() {
///     *PENDING.lock() += 1;
/// }
/// # fn main() {}
/// ```
pub struct Mutex<T> {
    lock: InitOnce<bindings::mutex>,
    key: UnsafeCell<bindings::lock_class_key>,
    data: UnsafeCell<T>,
}

// SAFETY: The lock gives the data to one task at a time; the key is the lock checker's, which
// serialises its accesses.
unsafe impl<T: Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// Makes a mutex with its data, for a static.
    pub const fn new(data: T) -> Self {
        Self {
            lock: InitOnce::new(),
            // SAFETY: The key is a list node that the lock checker initialises, or nothing.
            key: UnsafeCell::new(unsafe { core::mem::zeroed() }),
            data: UnsafeCell::new(data),
        }
    }

    fn as_ptr(&'static self) -> *mut bindings::mutex {
        self.lock.get(|lock| {
            // SAFETY: It is memory for a mutex that stays where it is, as the key does.
            unsafe { bindings::livepatch_helper_mutex_init(lock, self.key.get()) };
        })
    }

    /// Waits until nobody else has the data, and returns them; it may sleep.
    ///
    /// They are locked until the guard is dropped.
    pub fn lock(&'static self) -> MutexGuard<T> {
        let lock = self.as_ptr();
        // SAFETY: It is initialised, and stays while the module does.
        unsafe { bindings::livepatch_helper_mutex_lock(lock) };
        // INVARIANT: This task has just locked it.
        MutexGuard {
            mutex: self,
            _task: PhantomData,
        }
    }
}

/// The data of a [`Mutex`], locked.
///
/// # Invariants
///
/// This task holds the lock.
#[must_use = "the data are unlocked when the guard is dropped"]
pub struct MutexGuard<T: 'static> {
    mutex: &'static Mutex<T>,
    /// Only the task that locked a mutex may unlock it.
    _task: PhantomData<*const ()>,
}

impl<T> Deref for MutexGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: By the type invariant, nobody else has the data.
        unsafe { &*self.mutex.data.get() }
    }
}

impl<T> DerefMut for MutexGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: By the type invariant, nobody else has the data.
        unsafe { &mut *self.mutex.data.get() }
    }
}

impl<T> Drop for MutexGuard<T> {
    fn drop(&mut self) {
        let lock = self.mutex.as_ptr();
        // SAFETY: By the type invariant, this task holds it.
        unsafe { bindings::mutex_unlock(lock) };
    }
}
