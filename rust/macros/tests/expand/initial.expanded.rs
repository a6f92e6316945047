// SPDX-License-Identifier: GPL-2.0

//! A livepatch that fixes nothing yet.
::livepatch::__compose! {
    { { description : "Subscribes to livepatches", fixes : [], } }
}
#[doc(hidden)]
fn __livepatch_replace() -> bool {
    true
}
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
        static MODINFO_1: [u8; 38usize] = *b"description=Subscribes to livepatches\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 12usize] = *b"livepatch=Y\0";
        #[unsafe(link_section = ".livepatch.fixes")]
        #[used(compiler)]
        static NOTE: [u8; 12usize] = *b"replace=yes\0";
        static OBJECTS: rt::Objects<0> = rt::Objects::new([]);
        static OBJECT_PARTS: [rt::ObjectParts; 0] = [];
        static STATES: rt::States<0> = rt::States::new([], []);
        static FIXES: [rt::Fix; 0] = [];
        static PATCH: rt::Patch = rt::Patch::new(&OBJECTS, &STATES);
        static LIVEPATCH: rt::Livepatch = rt::Livepatch::new(
            &PATCH,
            &OBJECTS,
            &OBJECT_PARTS,
            &STATES,
            &FIXES,
            ::core::option::Option::None,
            super::super::__livepatch_replace,
        );
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
            unsafe { rt::init(&LIVEPATCH) }
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
            unsafe { rt::exit(&LIVEPATCH) }
        }
        #[cfg(MODULE)]
        #[used(compiler)]
        #[unsafe(link_section = ".exit.data")]
        static __UNIQUE_ID___addressable_cleanup_module: unsafe extern "C" fn() = cleanup_module;
    }
}
