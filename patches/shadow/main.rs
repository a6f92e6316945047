// SPDX-License-Identifier: GPL-2.0

//! Shadow variables: a new field for a structure of the running kernel.
//!
//! Each open /proc/cmdline counts how often it was read. `struct seq_file` has no such field, and a
//! livepatch cannot give it one: files that are open already have the old layout. The counter is
//! attached to the address of the structure instead, made when it is first needed and freed
//! together with the structure.

use core::sync::atomic::{AtomicU32, Ordering};
use livepatch::bindings::{file, inode, kfree, seq_file, seq_operations, seq_printf, seq_release};
use livepatch::prelude::*;

/// Names the variables. Livepatches that are installed together, or one after the other, use
/// different numbers for different data.
const READS_ID: c_ulong = 0x7265_6164;

// SAFETY: No other livepatch of ours uses the number, and nothing is to be dropped in a counter.
static READS: Shadow<AtomicU32> = unsafe { Shadow::new(READS_ID) };

#[livepatch::fix(title = "proc: count the reads of an open /proc/cmdline")]
mod shadow {
    use super::*;

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c: where the field is used.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        let reads = READS.with_or_alloc(
            m,
            GFP_KERNEL,
            |_atomic| Ok(AtomicU32::new(0)),
            |reads| reads.fetch_add(1, Ordering::Relaxed) + 1,
        );
        match reads {
            Ok(reads) => {
                // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes an
                // unsigned number.
                unsafe { seq_printf(m, c"read %u times\n".as_ptr().cast(), reads) };
                0
            }
            Err(error) => error.to_errno(),
        }
    }

    /// Replaces `single_release()`, fs/seq_file.c: where the structure is freed.
    #[replace]
    unsafe extern "C" fn single_release(inode: *mut inode, file: *mut file) -> c_int {
        // SAFETY: The caller, proc_reg_release() or __fput(), passes the file that is closed.
        let m = unsafe { (*file).private_data }.cast::<seq_file>();
        // SAFETY: Files with this function as their release have a `seq_file`.
        let op: *const seq_operations = unsafe { (*m).op };
        // The files of others have no counter, and this does nothing to them.
        READS.free(m);
        // SAFETY: As the old function does; single_open() has allocated `op`.
        let result = unsafe { seq_release(inode, file) };
        // SAFETY: As above, and nobody uses it any more.
        unsafe { kfree(op.cast()) };
        result
    }

    /// The variables must not outlive the code that frees them.
    #[post_unpatch]
    fn free_all(_vmlinux: &Object) {
        READS.free_all();
    }
}

livepatch! {
    description: "A shadow variable on struct seq_file",
    fixes: [shadow],
}
