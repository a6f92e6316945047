// SPDX-License-Identifier: GPL-2.0

//! The task that runs.
//!
//! C header: `include/linux/sched.h`.

use crate::bindings::{self, pid_t, task_struct};
use core::marker::PhantomData;

/// The task that this code runs in: C's `current`.
pub struct Current {
    raw: *mut task_struct,
    /// It is another one in another task.
    _task: PhantomData<*const ()>,
}

/// Returns the task that this code runs in.
pub fn current() -> Current {
    Current {
        // SAFETY: There always is one.
        raw: unsafe { bindings::livepatch_helper_get_current() },
        _task: PhantomData,
    }
}

impl Current {
    /// Returns its number: that of the thread, as the initial namespace sees it.
    pub fn pid(&self) -> pid_t {
        // SAFETY: The task that runs is there, and its number never changes.
        unsafe { (*self.raw).pid }
    }

    /// Returns the number of its process, as its own namespace sees it: what `getpid()` does.
    pub fn tgid_vnr(&self) -> pid_t {
        // SAFETY: The task that runs is there.
        unsafe { bindings::livepatch_helper_task_tgid_vnr(self.raw) }
    }
}
