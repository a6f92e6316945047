// SPDX-License-Identifier: GPL-2.0

//! Declarations that are more than that.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    unsafe extern "C" {
        fn body() {}
        static VALUE: c_int = 1;
        safe fn safe_function();
        safe static SAFE: c_int;
        pub unsafe fn unsafe_function();
        unsafe static UNSAFE: c_int;
        pub safe fn safe_with_body() {}
        type Type;
        macro_call!();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}
