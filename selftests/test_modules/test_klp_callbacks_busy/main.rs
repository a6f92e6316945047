// SPDX-License-Identifier: GPL-2.0

//! A module with a function that is busy until it is told to stop: as long as it runs, a livepatch
//! that replaces it cannot finish its transition.

use livepatch::bindings::work_struct;
use livepatch::completion::Completion;
use livepatch::delay::msleep;
use livepatch::prelude::*;
use livepatch::workqueue::Work;

/// How long the function sleeps before it looks again, in milliseconds.
const INTERVAL: c_uint = 20;

#[livepatch::param(mode = 0o644, description = "block_transition (default=false)")]
static BLOCK_TRANSITION: Param<bool> = Param::new(false);

static STARTED: Completion = Completion::new();
static WORK: ModuleData<Work> = ModuleData::new();

#[livepatch::traceable]
unsafe extern "C" fn busymod_work_func(_work: *mut work_struct) {
    pr_info!("busymod_work_func enter\n");
    STARTED.complete();

    // Until the administrator has seen the transition blocked, and clears the parameter.
    while BLOCK_TRANSITION.get() {
        msleep(INTERVAL);
    }

    pr_info!("busymod_work_func exit\n");
}

fn init() -> Result {
    pr_info!("test_klp_callbacks_busy_init\n");
    // SAFETY: The function uses nothing but statics, and `exit` drops the work.
    let work = unsafe { Work::new(busymod_work_func, GFP_KERNEL) }?;
    work.schedule();

    // The messages of the function and those of the loader have an order.
    STARTED.wait_for_completion();
    if !BLOCK_TRANSITION.get() {
        work.flush();
    }
    WORK.set(work)
}

fn exit() {
    BLOCK_TRANSITION.set(false);
    if let Some(work) = WORK.take() {
        work.flush();
    }
    pr_info!("test_klp_callbacks_busy_exit\n");
}

livepatch::module! {
    description: "Livepatch test: busy target module",
    init: init,
    exit: exit,
}
