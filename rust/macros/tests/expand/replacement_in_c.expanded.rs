// SPDX-License-Identifier: GPL-2.0

//! Functions that are written in C, beside one in Rust.
pub(crate) mod test {
    #[allow(improper_ctypes)]
    unsafe extern "C" {
        /// The word that documents it stays.
        fn livepatch_pgctrl_show(seq: *mut seq_file, v: *mut c_void) -> c_int;
        pub(super) fn variadic(format: *const c_char, ...) -> c_int;
        fn helper();
        static VALUE: c_int;
    }
    unsafe extern "C" fn in_rust() {}
    extern "C" {
        fn without_replacements();
    }
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) const REPLACE_0: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::livepatch_pgctrl_show as *const (),
        );
        pub(crate) const REPLACE_1: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::variadic as *const (),
        );
        pub(crate) const REPLACE_2: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::in_rust as *const (),
        );
    }
    const _: () = {
        #[allow(unused_imports)]
        use self::livepatch_pgctrl_show as pgctrl_show;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { pgctrl_show } else { self::livepatch_pgctrl_show };
        };
    };
    const _: () = {
        #[allow(unused_imports)]
        use self::variadic as variadic;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { variadic } else { self::variadic };
        };
    };
    const _: () = {
        #[allow(unused_imports)]
        use self::in_rust as in_rust;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { in_rust } else { self::in_rust };
        };
    };
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { test "test" "test"[] [], ok, ["pktgen"
            "vmlinux"] [(livepatch_pgctrl_show "pgctrl_show" "pktgen" 1) (variadic
            "variadic" "vmlinux" 0) (in_rust "in_rust" "pktgen" 0)] [] [] [] [] [] } }
            $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
self::test::__livepatch_fix! {
    { { description : "test", fixes : [test], } } [::livepatch::__compose]
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
        static MODINFO_1: [u8; 17usize] = *b"description=test\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 12usize] = *b"livepatch=Y\0";
        #[unsafe(link_section = ".livepatch.fixes")]
        #[used(compiler)]
        static NOTE: [u8; 116usize] = *b"replace=yes\0fix=test\0title=test\0function=pktgen:pgctrl_show,1\0function=vmlinux:variadic,0\0function=pktgen:in_rust,0\0";
        static FUNCS_0: rt::Funcs<2> = rt::Funcs::new(
            [
                rt::Func::new(c"pgctrl_show", super::super::test::__fix::REPLACE_0, 1),
                rt::Func::new(c"in_rust", super::super::test::__fix::REPLACE_2, 0),
            ],
            [0, 0],
        );
        static CALLBACKS_0: [rt::FixCallbacks; 0] = [];
        static FUNCS_1: rt::Funcs<1> = rt::Funcs::new(
            [rt::Func::new(c"variadic", super::super::test::__fix::REPLACE_1, 0)],
            [0],
        );
        static CALLBACKS_1: [rt::FixCallbacks; 0] = [];
        static OBJECTS: rt::Objects<2> = rt::Objects::new([
            rt::ObjectEntry::new(
                ::core::option::Option::Some(c"pktgen"),
                &FUNCS_0,
                rt::Callbacks::NONE,
            ),
            rt::ObjectEntry::new(
                ::core::option::Option::None,
                &FUNCS_1,
                rt::Callbacks::NONE,
            ),
        ]);
        static OBJECT_PARTS: [rt::ObjectParts; 2] = [
            rt::ObjectParts::new(&FUNCS_0, &[0]),
            rt::ObjectParts::new(&FUNCS_1, &[0]),
        ];
        static STATES: rt::States<0> = rt::States::new([], []);
        static FIXES: [rt::Fix; 1] = [
            rt::Fix::new(
                "test",
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
