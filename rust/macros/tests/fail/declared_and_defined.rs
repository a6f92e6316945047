// SPDX-License-Identifier: GPL-2.0

//! One function, replaced by C and by Rust.

#[livepatch::fix(title = "test")]
mod test {
    unsafe extern "C" {
        #[replace(name = "old")]
        fn livepatch_old();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}
