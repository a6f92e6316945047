// SPDX-License-Identifier: GPL-2.0

//! Completions: a task waits until something has happened.
//!
//! C header: `include/linux/completion.h`.

use crate::bindings;
use crate::init_once::InitOnce;
use crate::optional::{complete, complete_all, wait_for_completion};

/// An event that tasks can wait for: C's `DECLARE_COMPLETION()`.
///
/// # Examples
///
/// ```
/// use livepatch::completion::Completion;
///
/// static STARTED: Completion = Completion::new();
///
/// fn work() {
///     STARTED.complete();
/// }
///
/// fn wait() {
///     STARTED.wait_for_completion();
/// }
/// # fn main() {}
/// ```
pub struct Completion(InitOnce<bindings::completion>);

impl Completion {
    /// Makes a completion, for a static.
    #[allow(
        clippy::new_without_default,
        reason = "a value that is no static is of no use"
    )]
    pub const fn new() -> Self {
        Self(InitOnce::new())
    }

    fn as_ptr(&'static self) -> *mut bindings::completion {
        self.0.get(|completion| {
            // SAFETY: It is memory for a completion that stays where it is.
            unsafe { bindings::livepatch_helper_init_completion(completion) };
        })
    }

    /// Wakes one task that waits, or lets the next one pass; in any context but that of an NMI.
    pub fn complete(&'static self) {
        // SAFETY: It is initialised, and stays while the module does.
        unsafe { complete(self.as_ptr()) };
    }

    /// Wakes all tasks that wait, and lets all others pass from now on; in any context but that of
    /// an NMI.
    pub fn complete_all(&'static self) {
        // SAFETY: It is initialised, and stays while the module does.
        unsafe { complete_all(self.as_ptr()) };
    }

    /// Sleeps until it is completed, uninterruptibly.
    pub fn wait_for_completion(&'static self) {
        // SAFETY: It is initialised, and stays while the module does, which the task waits in.
        unsafe { wait_for_completion(self.as_ptr()) };
    }
}
