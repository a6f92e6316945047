// SPDX-License-Identifier: GPL-2.0

//! A fix with everything that one can have, beside another.
pub(super) mod every_item {
    use livepatch::prelude::*;
    unsafe extern "C" fn of_the_module<'a>(arg: &'a c_int) -> c_int {
        *arg
    }
    unsafe extern "C" fn of_the_kernel() {}
    /// C can call a function as Rust calls a keyword.
    unsafe extern "C" fn keyword() {}
    fn before_patching(object: &mut Object) -> Result {
        Ok(())
    }
    fn after_patching(object: &mut Object) {}
    fn before_unpatching(object: &mut Object) {}
    fn after_unpatching(object: &mut Object) {}
    struct SavedTimeout {
        jiffies: c_ulong,
    }
    static GREETING: Param<c_int> = Param::new(3);
    #[cfg(CONFIG_NET)]
    static QUIET: Param<bool> = Param::new(false);
    fn prepare() -> Result {
        Ok(())
    }
    fn undo() {}
    fn helper() {}
    const _: () = {
        static __ARG: ::livepatch::__private::ParamArg = GREETING.arg();
        #[unsafe(export_name = "__param_hello")]
        #[unsafe(link_section = "__param")]
        #[used(compiler)]
        static __PARAM: ::livepatch::__private::KernelParam = ::livepatch::__private::KernelParam::new(
            c"hello",
            &__ARG,
            420,
        );
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static __PARMTYPE: [u8; <Param<c_int> as ::livepatch::__private::ParamInfo>::TYPE
            .len() + 16usize] = ::livepatch::__private::modinfo_concat(
            "parmtype=hello:",
            <Param<c_int> as ::livepatch::__private::ParamInfo>::TYPE,
        );
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static __PARM: [u8; 23usize] = *b"parm=hello:what to say\0";
    };
    #[cfg(CONFIG_NET)]
    const _: () = {
        static __ARG: ::livepatch::__private::ParamArg = QUIET.arg();
        #[unsafe(export_name = "__param_quiet")]
        #[unsafe(link_section = "__param")]
        #[used(compiler)]
        static __PARAM: ::livepatch::__private::KernelParam = ::livepatch::__private::KernelParam::new(
            c"quiet",
            &__ARG,
            292,
        );
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static __PARMTYPE: [u8; <Param<bool> as ::livepatch::__private::ParamInfo>::TYPE
            .len() + 16usize] = ::livepatch::__private::modinfo_concat(
            "parmtype=quiet:",
            <Param<bool> as ::livepatch::__private::ParamInfo>::TYPE,
        );
    };
    unsafe impl ::livepatch::State for SavedTimeout {
        const ID: ::livepatch::ffi::c_ulong = 16;
        const VERSION: ::livepatch::ffi::c_uint = 2;
        fn identity() -> &'static ::livepatch::__private::StateIdentity {
            &__fix::STATE_0
        }
    }
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) static STATE_0: ::livepatch::__private::StateIdentity = ::livepatch::__private::StateIdentity::new();
        pub(crate) const REPLACE_0: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::of_the_module as *const (),
        );
        pub(crate) const REPLACE_1: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::of_the_kernel as *const (),
        );
        pub(crate) const REPLACE_2: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::keyword as *const (),
        );
        pub(crate) const PRE_PATCH_0: fn(
            &mut ::livepatch::Object,
        ) -> ::livepatch::Result = |object| super::before_patching(object);
        pub(crate) const POST_PATCH_1: fn(&mut ::livepatch::Object) = |object| super::after_patching(
            object,
        );
        pub(crate) const PRE_UNPATCH_2: fn(&mut ::livepatch::Object) = |object| super::before_unpatching(
            object,
        );
        pub(crate) const POST_UNPATCH_3: fn(&mut ::livepatch::Object) = |object| super::after_unpatching(
            object,
        );
        pub(crate) const INIT: fn() -> ::livepatch::Result = super::prepare;
        pub(crate) const EXIT: fn() = super::undo;
    }
    const _: () = {
        #[allow(unused_imports)]
        use self::of_the_module as of_the_module;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { of_the_module } else { self::of_the_module };
        };
    };
    const _: () = {
        #[allow(unused_imports)]
        use self::keyword as match_;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { match_ } else { self::keyword };
        };
    };
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { every_item "every-item"
            "everything"["CVE-2026-12345" "CVE-2026-123456"] ["bsc#1234567"] "important",
            ok, ["pktgen" "vmlinux"] [(of_the_module "of_the_module" "pktgen" 0)
            (of_the_kernel "old.isra.0" "vmlinux" 2) (keyword "match" "pktgen" 0)]
            [(pre_patch before_patching "pktgen") (post_patch after_patching "vmlinux")
            (pre_unpatch before_unpatching "pktgen") (post_unpatch after_unpatching
            "pktgen")] [(SavedTimeout 16 2)] [(GREETING "hello") (QUIET "quiet")]
            [prepare] [undo] } } $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
mod other {
    pub(crate) mod fix {
        fn prepare() -> livepatch::Result {
            Ok(())
        }
        #[doc(hidden)]
        pub(crate) mod __fix {
            pub(crate) const INIT: fn() -> ::livepatch::Result = super::prepare;
        }
        #[doc(hidden)]
        macro_rules! __livepatch_fix {
            ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
                $($next)+ ! { { $($known)* fix { fix "fix" "another"[] [], ok, [] [] []
                [] [] [prepare] [] } } $($rest)* }
            };
        }
        #[doc(hidden)]
        pub(crate) use __livepatch_fix;
    }
}
self::every_item::__livepatch_fix! {
    { { description : "Everything", authors : ["One", "Another"], license :
    "Dual MIT/GPL", version : "1.2", release : "3~rc1", replace : cfg!(CONFIG_NET) &&
    REPLACE.get(), fixes : [every_item, other::fix], } }
    [self::other::fix::__livepatch_fix] [::livepatch::__compose]
}
#[doc(hidden)]
fn __livepatch_replace() -> bool {
    cfg!(CONFIG_NET) && REPLACE.get()
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
        static MODINFO_0: [u8; 21usize] = *b"license=Dual MIT/GPL\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_1: [u8; 11usize] = *b"author=One\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 15usize] = *b"author=Another\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_3: [u8; 23usize] = *b"description=Everything\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_4: [u8; 12usize] = *b"version=1.2\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_5: [u8; 12usize] = *b"livepatch=Y\0";
        #[unsafe(link_section = ".livepatch.fixes")]
        #[used(compiler)]
        static NOTE: [u8; 238usize] = *b"version=1.2-3~rc1\0fix=every-item\0title=everything\0cve=CVE-2026-12345\0cve=CVE-2026-123456\0reference=bsc#1234567\0severity=important\0function=pktgen:of_the_module,0\0function=vmlinux:old.isra.0,2\0function=pktgen:match,0\0fix=fix\0title=another\0";
        static FUNCS_0: rt::Funcs<2> = rt::Funcs::new(
            [
                rt::Func::new(
                    c"of_the_module",
                    super::super::every_item::__fix::REPLACE_0,
                    0,
                ),
                rt::Func::new(c"match", super::super::every_item::__fix::REPLACE_2, 0),
            ],
            [0, 0],
        );
        static CALLBACKS_0: [rt::FixCallbacks; 1] = [
            rt::FixCallbacks::new(
                0,
                ::core::option::Option::Some(
                    super::super::every_item::__fix::PRE_PATCH_0,
                ),
                ::core::option::Option::None,
                ::core::option::Option::Some(
                    super::super::every_item::__fix::PRE_UNPATCH_2,
                ),
                ::core::option::Option::Some(
                    super::super::every_item::__fix::POST_UNPATCH_3,
                ),
            ),
        ];
        struct Object0;
        impl rt::ObjectCallbacks for Object0 {
            fn callbacks() -> &'static [rt::FixCallbacks] {
                &CALLBACKS_0
            }
            fn livepatch() -> &'static rt::Livepatch {
                &LIVEPATCH
            }
        }
        static FUNCS_1: rt::Funcs<1> = rt::Funcs::new(
            [
                rt::Func::new(
                    c"old.isra.0",
                    super::super::every_item::__fix::REPLACE_1,
                    2,
                ),
            ],
            [0],
        );
        static CALLBACKS_1: [rt::FixCallbacks; 1] = [
            rt::FixCallbacks::new(
                0,
                ::core::option::Option::None,
                ::core::option::Option::Some(
                    super::super::every_item::__fix::POST_PATCH_1,
                ),
                ::core::option::Option::None,
                ::core::option::Option::None,
            ),
        ];
        struct Object1;
        impl rt::ObjectCallbacks for Object1 {
            fn callbacks() -> &'static [rt::FixCallbacks] {
                &CALLBACKS_1
            }
            fn livepatch() -> &'static rt::Livepatch {
                &LIVEPATCH
            }
        }
        static OBJECTS: rt::Objects<2> = rt::Objects::new([
            rt::ObjectEntry::new(
                ::core::option::Option::Some(c"pktgen"),
                &FUNCS_0,
                rt::Callbacks::NONE
                    .with_pre_patch::<Object0>()
                    .with_pre_unpatch::<Object0>()
                    .with_post_unpatch::<Object0>(),
            ),
            rt::ObjectEntry::new(
                ::core::option::Option::None,
                &FUNCS_1,
                rt::Callbacks::NONE.with_post_patch::<Object1>(),
            ),
        ]);
        static OBJECT_PARTS: [rt::ObjectParts; 2] = [
            rt::ObjectParts::new(&FUNCS_0, &[0]),
            rt::ObjectParts::new(&FUNCS_1, &[0]),
        ];
        static STATES: rt::States<1> = rt::States::new(
            [rt::StateEntry::new(16, 2, &super::super::every_item::__fix::STATE_0)],
            [0],
        );
        static FIXES: [rt::Fix; 2] = [
            rt::Fix::new(
                "every-item",
                ::core::option::Option::Some(super::super::every_item::__fix::INIT),
                ::core::option::Option::Some(super::super::every_item::__fix::EXIT),
            ),
            rt::Fix::new(
                "fix",
                ::core::option::Option::Some(super::super::other::fix::__fix::INIT),
                ::core::option::Option::None,
            ),
        ];
        static SKIP: ::livepatch::Param<[::livepatch::params::CharP; 2]> = ::livepatch::Param::new(
            [::livepatch::params::CharP::NONE; 2],
        );
        const _: () = {
            static __ARG: ::livepatch::__private::ParamArg = SKIP.arg();
            #[unsafe(export_name = "__param_skip")]
            #[unsafe(link_section = "__param")]
            #[used(compiler)]
            static __PARAM: ::livepatch::__private::KernelParam = ::livepatch::__private::KernelParam::new(
                c"skip",
                &__ARG,
                292,
            );
            #[unsafe(link_section = ".modinfo")]
            #[used(compiler)]
            static __PARMTYPE: [u8; <::livepatch::Param<
                [::livepatch::params::CharP; 2],
            > as ::livepatch::__private::ParamInfo>::TYPE
                .len() + 15usize] = ::livepatch::__private::modinfo_concat(
                "parmtype=skip:",
                <::livepatch::Param<
                    [::livepatch::params::CharP; 2],
                > as ::livepatch::__private::ParamInfo>::TYPE,
            );
            #[unsafe(link_section = ".modinfo")]
            #[used(compiler)]
            static __PARM: [u8; 40usize] = *b"parm=skip:Ids of the fixes to leave out\0";
        };
        static PATCH: rt::Patch = rt::Patch::new(&OBJECTS, &STATES);
        static LIVEPATCH: rt::Livepatch = rt::Livepatch::new(
            &PATCH,
            &OBJECTS,
            &OBJECT_PARTS,
            &STATES,
            &FIXES,
            ::core::option::Option::Some(|visit| SKIP.visit(visit)),
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
