// SPDX-License-Identifier: GPL-2.0

//! A shadow variable that can be dropped meanwhile is not lent out.

use livepatch::prelude::*;

// SAFETY: No other livepatch of ours uses the number; `kfree()` does not sleep.
static BOXES: Shadow<KBox<c_int>> = unsafe { Shadow::new(1) };

/// What the module's code can reach is compiled.
pub fn read(object: *const c_void) -> Option<c_int> {
    //~? ERROR E0080: evaluation
    BOXES.with(object, |value| **value)
}
