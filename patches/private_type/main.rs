// SPDX-License-Identifier: GPL-2.0

//! Uses a type that no header has: `struct pktgen_thread` is known to one file of C, and to the kernel's
//! type information.
//!
//! `livepatch::btf!` takes it from there, for the very kernel that the livepatch is built for: its
//! members are not where they are in another one.

use livepatch::bindings::seq_printf;
use livepatch::prelude::*;

#[livepatch::fix(title = "pktgen: say less of a thread", object = "pktgen")]
mod private_type {
    use super::*;

    livepatch::btf! { pktgen_thread, fn pktgen_thread_show; object = "pktgen" }

    /// The compiler compares the replacement with the old function.
    const _: pktgen_thread_show = self::pktgen_thread_show;

    /// Replaces `pktgen_thread_show()`, net/core/pktgen.c.
    #[replace]
    unsafe extern "C" fn pktgen_thread_show(seq: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file.
        let thread = unsafe { (*seq).private }.cast::<pktgen_thread>();
        // SAFETY: pktgen_thread_open() has given the file its thread, which stays as long as the file does.
        let cpu = unsafe { (*thread).cpu };
        // SAFETY: As above.
        let result = unsafe { &raw const (*thread).result };

        // SAFETY: The format takes an `int` and a string, which `result` is.
        unsafe {
            seq_printf(
                seq,
                c"live patched: cpu %d, %s\n".as_ptr().cast(),
                cpu,
                result,
            )
        };
        0
    }
}

livepatch! {
    description: "Uses a type that no header has",
    fixes: [private_type],
}
