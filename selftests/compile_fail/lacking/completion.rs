// SPDX-License-Identifier: GPL-2.0

//! Completions.

use livepatch::completion::Completion;

static DONE: Completion = Completion::new();

/// What the module's code can reach is compiled.
pub fn all() {
    //~? ERROR this kernel has no complete()
    DONE.complete();
    //~? ERROR this kernel has no complete_all()
    DONE.complete_all();
    //~? ERROR this kernel has no wait_for_completion()
    DONE.wait_for_completion();
}
