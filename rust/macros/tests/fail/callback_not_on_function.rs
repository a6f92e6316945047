// SPDX-License-Identifier: GPL-2.0

//! An attribute for functions on something else.

#[livepatch::fix(title = "test")]
mod test {
    #[pre_patch]
    static PREPARED: bool = true;

    #[init]
    struct Init;

    #[exit]
    enum Exit {}
}
