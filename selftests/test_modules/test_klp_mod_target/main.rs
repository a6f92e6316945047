// SPDX-License-Identifier: GPL-2.0

//! A module with a file in /proc, for `test_klp_mod_patch` to patch.

use livepatch::bindings::seq_file;
use livepatch::prelude::*;
use livepatch::proc_fs::ProcEntry;

static ENTRY: ModuleData<ProcEntry> = ModuleData::new();

#[livepatch::traceable]
unsafe extern "C" fn test_klp_mod_target_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
    // SAFETY: The caller, seq_read_iter(), passes the file that is read.
    let mut m = unsafe { SeqFile::from_raw(m) };
    seq_print!(m, "{}: original output\n", Module::this());
    0
}

fn init() -> Result {
    pr_info!("test_klp_mod_target_init\n");
    // SAFETY: The function only writes to the file, and `exit` drops the entry.
    let entry =
        unsafe { ProcEntry::create_single(c"test_klp_mod_target", 0, test_klp_mod_target_show) };
    ENTRY.set(entry?)
}

fn exit() {
    pr_info!("test_klp_mod_target_exit\n");
    drop(ENTRY.take());
}

livepatch::module! {
    description: "Livepatch test: target module with proc entry",
    init: init,
    exit: exit,
}
