// SPDX-License-Identifier: GPL-2.0

//! Uses a type that no header has: `struct pktgen_dev` is known to one file of C, and to the kernel's
//! type information.
//!
//! `livepatch::btf!` takes it from there, for the very kernel that the livepatch is built for: its
//! members are not where they are in another one.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(title = "pktgen: say less of a device", object = "pktgen")]
mod private_type {
    use super::*;

    livepatch::btf! { pktgen_dev, fn pktgen_if_show; object = "pktgen" }

    /// The compiler compares the replacement with the old function.
    const _: pktgen_if_show = self::pktgen_if_show;

    /// Replaces `pktgen_if_show()`, net/core/pktgen.c.
    #[replace]
    unsafe extern "C" fn pktgen_if_show(seq: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file.
        let device = unsafe { (*seq).private }.cast::<pktgen_dev>();
        // SAFETY: pktgen_if_open() has given the file its device, which stays as long as the file does.
        let count = unsafe { (*device).count };
        // SAFETY: As above.
        let min_pkt_size = unsafe { (*device).min_pkt_size };
        // SAFETY: As above.
        let odevname = unsafe { &raw const (*device).odevname };

        // SAFETY: The format takes a string, which `odevname` is, a `u64` and an `int`.
        unsafe {
            seq_printf(
                seq,
                c"live patched: device %s count %llu min_pkt_size %d\n"
                    .as_ptr()
                    .cast(),
                odevname,
                count,
                min_pkt_size,
            )
        };
        0
    }
}

livepatch! {
    description: "Uses a type that no header has",
    fixes: [private_type],
}
