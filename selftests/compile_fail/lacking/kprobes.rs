// SPDX-License-Identifier: GPL-2.0

//! Kprobes.

use livepatch::kprobes::{Handlers, Kprobe};
use livepatch::prelude::*;

/// What the module's code can reach is compiled.
pub fn probe() -> Result {
    //~? ERROR this kernel has no register_kprobe()
    //~? ERROR this kernel has no unregister_kprobe()
    // SAFETY: There is no handler that could be gone.
    let probe = unsafe { Kprobe::register(c"schedule", Handlers::NONE) }?;
    drop(probe);
    Ok(())
}
