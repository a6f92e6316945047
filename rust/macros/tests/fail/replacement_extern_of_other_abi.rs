// SPDX-License-Identifier: GPL-2.0

//! A replacement with a calling convention that is not that of C.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "system" fn old() {}

    #[replace]
    unsafe extern "C-unwind" fn unwinding() {}

    #[replace]
    unsafe extern fn unnamed() {}
}
