// SPDX-License-Identifier: GPL-2.0

//! The data of a mutex are for those who hold it, and it is unlocked by the task that locked it.

use livepatch::mutex::{Mutex, MutexGuard};
use livepatch::prelude::*;

static NUMBER: Mutex<c_int> = Mutex::new(0);

fn keep() -> c_int {
    let number: &c_int = {
        let guard = NUMBER.lock();
        &guard
        //~^ ERROR E0597: `guard` does not live long enough
    };
    *number
}

static GUARD: ModuleData<MutexGuard<c_int>> = ModuleData::new();
//~^ ERROR E0277: `*const ()` cannot be sent between threads safely
