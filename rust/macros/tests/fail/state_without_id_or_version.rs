// SPDX-License-Identifier: GPL-2.0

//! States that do not say what they are.

#[livepatch::fix(title = "test")]
mod test {
    #[state]
    struct One;

    #[state(id = 1)]
    struct Two;

    #[state(version = 1)]
    struct Three;
}
