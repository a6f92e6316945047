// SPDX-License-Identifier: GPL-2.0

//! Module parameters: what a livepatch does can be set, at load and while it is in force.
//!
//! ```text
//! insmod parameter.ko times=2
//! echo hello > /sys/module/parameter/parameters/text
//! ```

use livepatch::bindings::{seq_file, seq_write};
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/cmdline what the administrator wants")]
mod parameter {
    use super::*;

    #[param(mode = 0o644, description = "how often to say it")]
    static TIMES: Param<c_uint> = Param::new(1);

    #[param(mode = 0o644, description = "what to say, up to 63 bytes")]
    static TEXT: Param<Text<64>> = Param::new(Text::new(c"live patched"));

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // A write through sysfs can come at any time: the number is read once, and the text stays
        // as it is while the closure runs.
        for _ in 0..TIMES.get().min(16) {
            TEXT.with_text(|text| {
                let bytes = text.to_bytes();
                // SAFETY: seq_read_iter() passes the open file; the text is as long as it says.
                unsafe { seq_write(m, bytes.as_ptr().cast(), bytes.len()) };
            });
            // SAFETY: As above.
            unsafe { seq_write(m, c"\n".as_ptr().cast(), 1) };
        }
        0
    }
}

livepatch! {
    description: "Module parameters of a livepatch",
    fixes: [parameter],
}
