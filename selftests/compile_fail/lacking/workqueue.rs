// SPDX-License-Identifier: GPL-2.0

//! Work items.

use livepatch::workqueue::Work;

/// What the module's code can reach is compiled.
pub fn finish(work: Work) {
    //~? ERROR this kernel has no flush_work()
    work.flush();
    //~? ERROR this kernel has no cancel_work_sync()
    drop(work);
}
