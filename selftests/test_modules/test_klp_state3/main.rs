// SPDX-License-Identifier: GPL-2.0

//! The next livepatch with the system state of `test_klp_state2`, whose fix it has.

#[path = "../callback_info.rs"]
mod callback_info;
#[path = "../test_klp_state2/loglevel.rs"]
mod loglevel;

livepatch::livepatch! {
    description: "Livepatch test: system state modification",
    fixes: [loglevel::fix],
}
