// SPDX-License-Identifier: GPL-2.0

//! Numbers that are none, or too great.

#[livepatch::fix(title = "test")]
mod test {
    #[state(id = "1", version = 4294967296)]
    struct One;

    #[state(id = -1, version = VERSION)]
    struct Two;
}
