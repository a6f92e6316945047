// SPDX-License-Identifier: GPL-2.0

//! The smallest livepatch: one function of the kernel.
pub(crate) mod cmdline {
    use super::*;
    /// Replaces `cmdline_proc_show()` (fs/proc/cmdline.c).
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
        0
    }
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) const REPLACE_0: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::cmdline_proc_show as *const (),
        );
    }
    const _: () = {
        #[allow(unused_imports)]
        use self::cmdline_proc_show as cmdline_proc_show;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { cmdline_proc_show } else { self::cmdline_proc_show };
        };
    };
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { cmdline "cmdline"
            "proc: say that the kernel is patched"["CVE-2026-12345"] [], ok, ["vmlinux"]
            [(cmdline_proc_show "cmdline_proc_show" "vmlinux" 0)] [] [] [] [] [] } }
            $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
self::cmdline::__livepatch_fix! {
    { { description : "Says that the kernel is patched", author : "Somebody", fixes :
    [cmdline], } } [::livepatch::__compose]
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
        static MODINFO_1: [u8; 16usize] = *b"author=Somebody\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 44usize] = *b"description=Says that the kernel is patched\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_3: [u8; 12usize] = *b"livepatch=Y\0";
        #[unsafe(link_section = ".livepatch.fixes")]
        #[used(compiler)]
        static NOTE: [u8; 123usize] = *b"replace=yes\0fix=cmdline\0title=proc: say that the kernel is patched\0cve=CVE-2026-12345\0function=vmlinux:cmdline_proc_show,0\0";
        static FUNCS_0: rt::Funcs<1> = rt::Funcs::new(
            [
                rt::Func::new(
                    c"cmdline_proc_show",
                    super::super::cmdline::__fix::REPLACE_0,
                    0,
                ),
            ],
            [0],
        );
        static CALLBACKS_0: [rt::FixCallbacks; 0] = [];
        static OBJECTS: rt::Objects<1> = rt::Objects::new([
            rt::ObjectEntry::new(
                ::core::option::Option::None,
                &FUNCS_0,
                rt::Callbacks::NONE,
            ),
        ]);
        static OBJECT_PARTS: [rt::ObjectParts; 1] = [
            rt::ObjectParts::new(&FUNCS_0, &[0]),
        ];
        static STATES: rt::States<0> = rt::States::new([], []);
        static FIXES: [rt::Fix; 1] = [
            rt::Fix::new(
                "cmdline",
                ::core::option::Option::None,
                ::core::option::Option::None,
            ),
        ];
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
