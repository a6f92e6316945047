// SPDX-License-Identifier: GPL-2.0

//! Two functions that change together, and why that needs a consistency model.
//!
//! `cmdline_proc_show()` calls `seq_putc()`. The livepatch gives them a new agreement: a byte
//! that no file in /proc contains means "end of record", and `seq_putc()` writes a newline for it.
//! A new caller with an old callee would write that byte into the file.
//!
//! The kernel moves each task to the new functions at a moment when none of the old ones is on its
//! stack, and all of them at once; so a task sees both old or both new, for the whole call.
//!
//! When the livepatch goes, it is the other way round, but for a gap in kernels that preempt tasks
//! in the kernel: klp_check_stack() looks for the new functions, and does not see the one that
//! klp_ftrace_handler() has chosen for a task and that the task has not entered yet. A task that is
//! preempted between the two is moved back, and runs that one new function with old callees. So a
//! new function should do no harm when it calls an old one, once. Here it writes that byte, once.
//!
//! The protection is for what is on the stack together. Two functions that an unpatched third one
//! calls in turn (the `start` and `next` of a `seq_operations`, say) can be seen in a mixture.

use livepatch::bindings::{self, seq_file, seq_write};
use livepatch::prelude::*;

#[livepatch::fix(title = "seq_file: end records in one place")]
mod together {
    use super::*;

    /// What the new caller asks the new callee for.
    const END_OF_RECORD: c_char = 0x1e;

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c: the caller.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        let text = b"both functions are new";
        // SAFETY: seq_read_iter() passes the open file, and the text is as long as it says.
        unsafe { seq_write(m, text.as_ptr().cast(), text.len()) };
        // SAFETY: As above. The call goes to the kernel's symbol, which the livepatch redirects.
        unsafe { bindings::seq_putc(m, END_OF_RECORD) };
        0
    }

    /// Replaces `seq_putc()`, fs/seq_file.c: the callee.
    ///
    /// It is declared in `<linux/seq_file.h>`, so the compiler compares the two: another type of
    /// an argument here is an error.
    #[replace]
    unsafe extern "C" fn seq_putc(m: *mut seq_file, c: c_char) {
        let byte = if c == END_OF_RECORD { b'\n' } else { c };
        // SAFETY: Every caller passes an open file that it owns for the moment.
        let m = unsafe { &mut *m };
        if m.count >= m.size {
            return;
        }
        // SAFETY: The buffer has `size` bytes, and `count` is less.
        let place = unsafe { m.buf.add(m.count) };
        // SAFETY: As above.
        unsafe { place.write(byte) };
        m.count += 1;
    }
}

livepatch! {
    description: "Two functions that change together",
    fixes: [together],
}
