// SPDX-License-Identifier: GPL-2.0

//! Replaces a function of the module `test_klp_mod_target`.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(
    title = "test_klp_mod_target: say that the module is live patched",
    object = "test_klp_mod_target"
)]
mod target {
    use super::*;

    /// Replaces the function behind /proc/test_klp_mod_target.
    #[replace]
    unsafe extern "C" fn test_klp_mod_target_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller of the old function, seq_read_iter(), passes the file that is read.
        let mut m = unsafe { SeqFile::from_raw(m) };
        seq_print!(m, "{}: this has been live patched\n", Module::this());
        0
    }
}

livepatch! {
    description: "Livepatch test: patch for module-provided function",
    replace: false,
    fixes: [target],
}
