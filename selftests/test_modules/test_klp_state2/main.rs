// SPDX-License-Identifier: GPL-2.0

//! A system state that can be taken over.

#[path = "../callback_info.rs"]
mod callback_info;
mod loglevel;

livepatch::livepatch! {
    description: "Livepatch test: system state modification",
    fixes: [loglevel::fix],
}
