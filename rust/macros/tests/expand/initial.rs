// SPDX-License-Identifier: GPL-2.0

//! A livepatch that fixes nothing yet.

livepatch! {
    description: "Subscribes to livepatches",
    fixes: [],
}
