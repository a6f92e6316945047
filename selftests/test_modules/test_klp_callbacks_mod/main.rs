// SPDX-License-Identifier: GPL-2.0

//! A module that only comes and goes.

use livepatch::prelude::*;

fn init() -> Result {
    pr_info!("test_klp_callbacks_mod_init\n");
    Ok(())
}

fn exit() {
    pr_info!("test_klp_callbacks_mod_exit\n");
}

livepatch::module! {
    description: "Livepatch test: target module",
    init: init,
    exit: exit,
}
