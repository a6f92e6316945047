// SPDX-License-Identifier: GPL-2.0

//! Replaces a function of a module: what /proc/net/pktgen/pgctrl says.
//!
//! The module does not need to be there. When it is loaded later, the kernel patches it before its
//! init function runs; when it is removed, the rest of the livepatch stays.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(
    title = "pktgen: say that the module is live patched",
    object = "pktgen"
)]
mod pktgen_version {
    use super::*;

    /// Replaces `pgctrl_show()`, net/core/pktgen.c.
    #[replace]
    unsafe extern "C" fn pgctrl_show(seq: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a string.
        unsafe {
            seq_printf(
                seq,
                c"%s\n".as_ptr().cast(),
                c"pktgen has been live patched".as_ptr(),
            )
        };
        0
    }
}

livepatch! {
    description: "Replaces a function of a module",
    fixes: [pktgen_version],
}
