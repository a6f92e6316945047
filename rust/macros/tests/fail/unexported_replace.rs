// SPDX-License-Identifier: GPL-2.0

//! Something that the kernel has and that replaces it.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    unsafe extern "C" {
        #[replace]
        fn old();
    }

    #[unexported]
    #[replace]
    unsafe extern "C" {
        fn two_roles();
    }

    #[replace]
    unsafe extern "C" fn other() {}
}
