// SPDX-License-Identifier: GPL-2.0

//! Licences that the kernel gives no livepatching.

livepatch! {
    description: "test",
    license: "Proprietary",
    fixes: [],
}

module! {
    description: "test",
    license: "GPL-2.0",
}
