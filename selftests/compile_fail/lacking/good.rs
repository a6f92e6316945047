// SPDX-License-Identifier: GPL-2.0

//! The control: a livepatch that uses nothing of what is missing, or only where it is there.

use livepatch::bindings::{seq_file, seq_write};
use livepatch::prelude::*;

#[livepatch::fix(title = "what every kernel has")]
mod everywhere {
    use super::*;

    #[replace]
    unsafe extern "C" fn seq_putc(m: *mut seq_file, c: c_char) {
        // SAFETY: The caller passes an open file, and the byte is there.
        unsafe { seq_write(m, (&raw const c).cast(), 1) };
        if cfg!(has = "klp_shadow_alloc") {
            pr_warn!("this kernel has shadow variables\n");
        }
    }

    #[init]
    fn init() -> Result {
        Ok(())
    }

    #[exit]
    fn exit() {}
}

#[cfg(has = "klp_state")]
#[livepatch::fix(title = "what few kernels have")]
mod somewhere {
    #[state(id = 1, version = 1)]
    struct Saved;
}

livepatch! {
    description: "Uses nothing that is missing",
    fixes: [everywhere, #[cfg(has = "klp_state")] somewhere],
}
