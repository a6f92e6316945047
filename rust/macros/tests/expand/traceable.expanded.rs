// SPDX-License-Identifier: GPL-2.0

//! Functions with an entry in C.
#[allow(improper_ctypes)]
unsafe extern "C" {
    /// Shows the answer.
    pub(crate) unsafe fn answer_show(m: *mut seq_file, _: *mut c_void) -> c_int;
}
const _: () = {
    /// Shows the answer.
    #[unsafe(export_name = "livepatch_entry_answer_show")]
    unsafe extern "C" fn answer_show(m: *mut seq_file, mut _v: *mut c_void) -> c_int {
        show(m, 42)
    }
};
#[allow(improper_ctypes)]
unsafe extern "C" {
    unsafe fn answer_work(_: Item);
}
const _: () = {
    #[inline(never)]
    #[unsafe(export_name = "livepatch_entry_answer_work")]
    unsafe extern "C" fn answer_work(Item { work }: Item) {}
};
#[doc(hidden)]
const __LIVEPATCH_INIT: fn() -> ::livepatch::Result = || ::core::result::Result::Ok(());
#[doc(hidden)]
const __LIVEPATCH_EXIT: fn() = || ();
#[doc(hidden)]
#[allow(dead_code)]
const __LOG_PREFIX: &[u8] = b"test_module\0";
#[doc(hidden)]
mod __livepatch {
    mod __livepatch {
        use ::livepatch::__private as rt;
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_0: [u8; 12usize] = *b"license=GPL\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_1: [u8; 21usize] = *b"description=A module\0";
        /// The mark by which the kernel's build knows a module in Rust.
        #[cfg(MODULE)]
        #[used(compiler)]
        static __IS_RUST_MODULE: () = ();
        /// # Safety
        ///
        /// Only the module loader may call it, once.
        #[cfg(MODULE)]
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".init.text")]
        unsafe extern "C" fn init_module() -> ::livepatch::ffi::c_int {
            rt::init_plain(super::super::__LIVEPATCH_INIT)
        }
        #[cfg(MODULE)]
        #[used(compiler)]
        #[unsafe(link_section = ".init.data")]
        static __UNIQUE_ID___addressable_init_module: unsafe extern "C" fn() -> ::livepatch::ffi::c_int = init_module;
        /// # Safety
        ///
        /// Only the module loader may call it, once, after `init_module` returned 0.
        #[cfg(MODULE)]
        #[unsafe(no_mangle)]
        #[unsafe(link_section = ".exit.text")]
        unsafe extern "C" fn cleanup_module() {
            (super::super::__LIVEPATCH_EXIT)()
        }
        #[cfg(MODULE)]
        #[used(compiler)]
        #[unsafe(link_section = ".exit.data")]
        static __UNIQUE_ID___addressable_cleanup_module: unsafe extern "C" fn() = cleanup_module;
    }
}
