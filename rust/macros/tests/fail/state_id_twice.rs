// SPDX-License-Identifier: GPL-2.0

//! Two states of one id in a fix.

#[livepatch::fix(title = "test")]
mod test {
    #[state(id = 1, version = 1)]
    struct One;

    #[state(id = 0x1, version = 2)]
    struct Two;
}
