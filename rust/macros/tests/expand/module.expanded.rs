// SPDX-License-Identifier: GPL-2.0

//! A module that is no livepatch.
static ANSWER: Param<c_int> = Param::new(42);
const _: () = {
    static __ARG: ::livepatch::__private::ParamArg = ANSWER.arg();
    #[unsafe(export_name = "__param_answer")]
    #[unsafe(link_section = "__param")]
    #[used(compiler)]
    static __PARAM: ::livepatch::__private::KernelParam = ::livepatch::__private::KernelParam::new(
        c"answer",
        &__ARG,
        0,
    );
    #[unsafe(link_section = ".modinfo")]
    #[used(compiler)]
    static __PARMTYPE: [u8; <Param<c_int> as ::livepatch::__private::ParamInfo>::TYPE
        .len() + 17usize] = ::livepatch::__private::modinfo_concat(
        "parmtype=answer:",
        <Param<c_int> as ::livepatch::__private::ParamInfo>::TYPE,
    );
};
#[doc(hidden)]
const __LIVEPATCH_INIT: fn() -> ::livepatch::Result = start;
#[doc(hidden)]
const __LIVEPATCH_EXIT: fn() = stop::now;
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
        static MODINFO_1: [u8; 16usize] = *b"author=Somebody\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 21usize] = *b"description=A module\0";
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
