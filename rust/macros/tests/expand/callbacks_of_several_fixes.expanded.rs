// SPDX-License-Identifier: GPL-2.0

//! Two fixes that both have callbacks for one object.
pub(crate) mod one {
    fn undo(object: &mut Object) {}
    fn done(object: &mut Object) {}
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) const POST_UNPATCH_0: fn(&mut ::livepatch::Object) = |object| super::undo(
            object,
        );
        pub(crate) const POST_PATCH_1: fn(&mut ::livepatch::Object) = |object| super::done(
            object,
        );
    }
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { one "one" "one"[] [], ok, ["pktgen"] []
            [(post_unpatch undo "pktgen") (post_patch done "pktgen")] [] [] [] [] } }
            $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
pub(crate) mod two {
    fn prepare(object: &mut Object) -> Result {
        Ok(())
    }
    enum Saved {
        Nothing,
    }
    unsafe impl ::livepatch::State for Saved {
        const ID: ::livepatch::ffi::c_ulong = 1;
        const VERSION: ::livepatch::ffi::c_uint = 1;
        fn identity() -> &'static ::livepatch::__private::StateIdentity {
            &__fix::STATE_0
        }
    }
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) static STATE_0: ::livepatch::__private::StateIdentity = ::livepatch::__private::StateIdentity::new();
        pub(crate) const PRE_PATCH_0: fn(
            &mut ::livepatch::Object,
        ) -> ::livepatch::Result = |object| super::prepare(object);
    }
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { two "two" "two"[] [], ok, ["pktgen"] []
            [(pre_patch prepare "pktgen")] [(Saved 1 1)] [] [] [] } } $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
self::one::__livepatch_fix! {
    { { description : "Callbacks", replace : false, fixes : [one, two], } }
    [self::two::__livepatch_fix] [::livepatch::__compose]
}
#[doc(hidden)]
fn __livepatch_replace() -> bool {
    false
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
        static MODINFO_1: [u8; 22usize] = *b"description=Callbacks\0";
        #[unsafe(link_section = ".modinfo")]
        #[used(compiler)]
        static MODINFO_2: [u8; 12usize] = *b"livepatch=Y\0";
        #[unsafe(link_section = ".livepatch.fixes")]
        #[used(compiler)]
        static NOTE: [u8; 47usize] = *b"replace=no\0fix=one\0title=one\0fix=two\0title=two\0";
        static FUNCS_0: rt::Funcs<0> = rt::Funcs::new([], []);
        static CALLBACKS_0: [rt::FixCallbacks; 2] = [
            rt::FixCallbacks::new(
                0,
                ::core::option::Option::None,
                ::core::option::Option::Some(super::super::one::__fix::POST_PATCH_1),
                ::core::option::Option::None,
                ::core::option::Option::Some(super::super::one::__fix::POST_UNPATCH_0),
            ),
            rt::FixCallbacks::new(
                1,
                ::core::option::Option::Some(super::super::two::__fix::PRE_PATCH_0),
                ::core::option::Option::None,
                ::core::option::Option::None,
                ::core::option::Option::None,
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
        static OBJECTS: rt::Objects<1> = rt::Objects::new([
            rt::ObjectEntry::new(
                ::core::option::Option::Some(c"pktgen"),
                &FUNCS_0,
                rt::Callbacks::NONE
                    .with_pre_patch::<Object0>()
                    .with_post_patch::<Object0>()
                    .with_post_unpatch::<Object0>(),
            ),
        ]);
        static OBJECT_PARTS: [rt::ObjectParts; 1] = [
            rt::ObjectParts::new(&FUNCS_0, &[0, 1]),
        ];
        static STATES: rt::States<1> = rt::States::new(
            [rt::StateEntry::new(1, 1, &super::super::two::__fix::STATE_0)],
            [1],
        );
        static FIXES: [rt::Fix; 2] = [
            rt::Fix::new(
                "one",
                ::core::option::Option::None,
                ::core::option::Option::None,
            ),
            rt::Fix::new(
                "two",
                ::core::option::Option::None,
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
