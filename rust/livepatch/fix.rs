// SPDX-License-Identifier: GPL-2.0

//! Fixes: the parts that a livepatch is composed of.

use crate::error::Result;
use core::sync::atomic::{AtomicBool, Ordering};

/// One fix of a livepatch.
pub struct Fix {
    id: &'static str,
    init: Option<fn() -> Result>,
    exit: Option<fn()>,
    left_out: AtomicBool,
}

impl Fix {
    /// Makes the fix with its hooks into the module's init and exit.
    pub const fn new(id: &'static str, init: Option<fn() -> Result>, exit: Option<fn()>) -> Self {
        Self {
            id,
            init,
            exit,
            left_out: AtomicBool::new(false),
        }
    }

    /// Returns the name that the parameter `skip` knows it by.
    pub(crate) fn id(&self) -> &'static str {
        self.id
    }

    /// Leaves the fix out. Only init does this, before anything can look.
    pub(crate) fn leave_out(&self) {
        self.left_out.store(true, Ordering::Relaxed);
    }

    /// Returns whether the fix was left out at load time.
    pub(crate) fn is_left_out(&self) -> bool {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Runs the fix's part of the module's init.
    pub(crate) fn init(&self) -> Result {
        self.init.map_or(Ok(()), |init| init())
    }

    /// Runs the fix's part of the module's exit.
    pub(crate) fn exit(&self) {
        if let Some(exit) = self.exit {
            exit();
        }
    }
}
