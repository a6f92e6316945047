// SPDX-License-Identifier: GPL-2.0

//! Unexported symbols in a block that is not C's.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    extern "C" {
        fn safe_block();
    }

    #[unexported]
    unsafe extern "Rust" {
        fn other_abi();
    }

    #[unexported]
    unsafe extern {
        fn no_abi();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}
