// SPDX-License-Identifier: GPL-2.0

//! Two hooks of a kind.

#[livepatch::fix(title = "test")]
mod test {
    #[init]
    fn one() -> Result {}

    #[init]
    fn two() -> Result {}

    #[exit]
    fn three() {}

    #[exit]
    fn four() {}
}
