// SPDX-License-Identifier: GPL-2.0

//! What the callbacks of the test modules print.

use livepatch::prelude::*;

/// Prints which callback runs, for which object, and what is done with its module.
pub(crate) fn callback_info(callback: &str, object: &Object) {
    let Some(module) = object.module() else {
        pr_info!("{callback}: vmlinux\n");
        return;
    };
    let state = match module.state() {
        ModuleState::Live => "[MODULE_STATE_LIVE] Normal state",
        ModuleState::Coming => "[MODULE_STATE_COMING] Full formed, running module_init",
        ModuleState::Going => "[MODULE_STATE_GOING] Going away",
        ModuleState::Unformed => "[MODULE_STATE_UNFORMED] Still setting it up",
    };
    pr_info!("{callback}: {module} -> {state}\n");
}
