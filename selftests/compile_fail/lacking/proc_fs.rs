// SPDX-License-Identifier: GPL-2.0

//! Files in /proc.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;

unsafe extern "C" fn show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
    0
}

/// What the module's code can reach is compiled.
pub fn create() -> Result {
    //~? ERROR this kernel has no proc_create_single_data()
    //~? ERROR this kernel has no proc_remove()
    // SAFETY: The function does nothing, and the entry is dropped at once.
    drop(unsafe { ProcEntry::create_single(c"example", 0, show) }?);
    Ok(())
}
