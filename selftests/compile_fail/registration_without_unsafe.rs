// SPDX-License-Identifier: GPL-2.0

//! The kernel keeps the address of a function: its author has to say that it does not go before.

use livepatch::bindings::{seq_file, work_struct};
use livepatch::kprobes::{Handlers, Kprobe};
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;
use livepatch::workqueue::Work;

unsafe extern "C" fn show(_m: *mut seq_file, _v: *mut c_void) -> c_int {
    0
}

unsafe extern "C" fn work(_work: *mut work_struct) {}

fn register() {
    let _ = ProcEntry::create_single(c"example", 0, show);
    //~^ ERROR E0133: call to unsafe function
    let _ = Work::new(work, GFP_KERNEL);
    //~^ ERROR E0133: call to unsafe function
    let _ = Kprobe::register(c"example", Handlers::NONE);
    //~^ ERROR E0133: call to unsafe function
}
