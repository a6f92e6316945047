// SPDX-License-Identifier: GPL-2.0

//! A replacement with the calling convention of Rust.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe fn old() {}
}
