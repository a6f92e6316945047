// SPDX-License-Identifier: GPL-2.0

//! Hooks that are no paths.

module! {
    description: "test",
    init: || Ok(()),
    exit: stop(),
}
