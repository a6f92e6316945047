// SPDX-License-Identifier: GPL-2.0

//! Functions that are written in C, beside one in Rust.

#[livepatch::fix(title = "test", object = "pktgen")]
mod test {
    unsafe extern "C" {
        /// The word that documents it stays.
        #[replace(name = "pgctrl_show", sympos = 1)]
        fn livepatch_pgctrl_show(seq: *mut seq_file, v: *mut c_void) -> c_int;

        #[livepatch::replace(object = "vmlinux")]
        pub(super) fn variadic(format: *const c_char, ...) -> c_int;

        fn helper();
        static VALUE: c_int;
    }

    #[replace]
    unsafe extern "C" fn in_rust() {}

    extern "C" {
        fn without_replacements();
    }
}

livepatch! {
    description: "test",
    fixes: [test],
}
