// SPDX-License-Identifier: GPL-2.0

//! Roles that C cannot have.

#[livepatch::fix(title = "test")]
mod test {
    unsafe extern "C" {
        #[init]
        fn init();
        #[pre_patch]
        fn pre_patch();
        #[param]
        static VALUE: c_int;
        #[unexported]
        fn unexported();
        #[replace]
        #[exit]
        fn two();
    }
}
