// SPDX-License-Identifier: GPL-2.0

//! Hooks of other shapes.

#[livepatch::fix(title = "test")]
mod test {
    #[init]
    async fn prepare(argument: c_int) {}

    #[exit]
    unsafe fn undo() -> Result {}
}
