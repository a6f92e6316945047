// SPDX-License-Identifier: GPL-2.0

//! A file in /proc whose readers are held, as long as a parameter says so.

use livepatch::bindings::seq_file;
use livepatch::delay::msleep;
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;

#[livepatch::param(mode = 0o644, description = "hold the readers (default=false)")]
static HOLD: Param<bool> = Param::new(false);

static ENTRY: ModuleData<ProcEntry> = ModuleData::new();

#[livepatch::traceable]
unsafe extern "C" fn test_stall_target_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
    // Until the administrator clears the parameter.
    while HOLD.get() {
        msleep(20);
    }
    // SAFETY: The caller, seq_read_iter(), passes the file that is read.
    let mut m = unsafe { SeqFile::from_raw(m) };
    seq_print!(m, "old\n");
    0
}

fn init() -> Result {
    // SAFETY: The function uses a static and the file, and `exit` drops the entry.
    let entry = unsafe { ProcEntry::create_single(c"test_stall", 0, test_stall_target_show) };
    ENTRY.set(entry?)
}

fn exit() {
    HOLD.set(false);
    drop(ENTRY.take());
}

livepatch::module! {
    description: "Livepatch test: a function that can hold its callers",
    init: init,
    exit: exit,
}
