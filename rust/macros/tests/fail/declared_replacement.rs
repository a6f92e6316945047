// SPDX-License-Identifier: GPL-2.0

//! Replacements in C that are declared wrongly.

#[livepatch::fix(title = "test")]
mod test {
    extern "C" {
        #[replace]
        fn safe_block();
    }

    unsafe extern "Rust" {
        #[replace]
        fn other_abi();
    }

    #[cfg(CONFIG_NET)]
    unsafe extern "C" {
        #[cfg(CONFIG_INET)]
        #[replace]
        fn conditional();
    }

    unsafe extern "C" {
        #[replace]
        fn body() {}
        #[replace]
        safe fn safe_function();
        #[replace]
        unsafe fn unsafe_function();
        #[replace]
        static VALUE: c_int;
        #[replace]
        type Type;
        #[replace(colour = "red", object = "a-b")]
        fn arguments();
    }
}
