// SPDX-License-Identifier: GPL-2.0

//! Waiting for a time.
//!
//! C header: `include/linux/delay.h`.

use crate::bindings;
use crate::ffi::c_uint;

/// Sleeps for at least so many milliseconds, uninterruptibly.
pub fn msleep(milliseconds: c_uint) {
    // SAFETY: Any number can be given. To sleep in atomic context is a mistake that the scheduler
    // reports; no memory depends on it.
    unsafe { bindings::msleep(milliseconds) };
}
