// SPDX-License-Identifier: GPL-2.0

//! What is known of an unexported symbol is only what the author says: each use is `unsafe`.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;

#[livepatch::fix(title = "trusts its own declarations")]
mod fix {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        fn version_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
        static saved_command_line: *const c_char;
    }

    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int {
        let _line = saved_command_line;
        //~^ ERROR E0133: use of extern static is unsafe
        version_proc_show(m, v)
        //~^ ERROR E0133: call to unsafe function
    }
}

livepatch! {
    description: "Uses without unsafe",
    fixes: [fix],
}
