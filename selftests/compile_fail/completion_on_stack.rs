// SPDX-License-Identifier: GPL-2.0

//! Who completes a completion could do so when the function that waited has returned.

use livepatch::completion::Completion;

fn wait() {
    let done = Completion::new();
    done.wait_for_completion();
    //~^ ERROR E0597: `done` does not live long enough
}
