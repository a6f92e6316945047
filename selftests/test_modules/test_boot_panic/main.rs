// SPDX-License-Identifier: GPL-2.0

//! A livepatch that takes the machine down some seconds after it was loaded, as a bad one can.

use livepatch::bindings::{self, seq_file, seq_printf, work_struct};
use livepatch::delay::msleep;
use livepatch::prelude::*;
use livepatch::workqueue::Work;

#[livepatch::fix(title = "proc: show nothing in /proc/execdomains, for a while")]
mod fix {
    use super::*;

    #[livepatch::param(
        mode = 0o444,
        description = "milliseconds until the panic (default=4000)"
    )]
    static DELAY: Param<c_uint> = Param::new(4000);

    static WORK: ModuleData<Work> = ModuleData::new();

    unsafe extern "C" fn panic_later(_work: *mut work_struct) {
        msleep(DELAY.get());
        // SAFETY: The format takes nothing.
        unsafe { bindings::panic(c"test_boot_panic: as it was told to".as_ptr().cast()) };
    }

    #[post_patch]
    fn post_patch(_object: &Object) {
        // SAFETY: The function uses nothing but statics, and `post_unpatch` drops the work.
        if let Ok(work) = unsafe { Work::new(panic_later, GFP_KERNEL) } {
            work.schedule();
            // There is none from before: it is taken when the livepatch goes.
            let _ = WORK.set(work);
        }
    }

    #[post_unpatch]
    fn post_unpatch(_object: &Object) {
        drop(WORK.take());
    }

    #[replace]
    unsafe extern "C" fn execdomains_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes nothing.
        unsafe { seq_printf(m, c"soon\n".as_ptr().cast()) };
        0
    }
}

livepatch! {
    description: "Panics a while after it was loaded",
    fixes: [fix],
}
