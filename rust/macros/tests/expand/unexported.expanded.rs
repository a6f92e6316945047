// SPDX-License-Identifier: GPL-2.0

//! Symbols that are not exported: of the object of a fix, of another, and shared by fixes.
#[allow(improper_ctypes)]
unsafe extern "C" {
    #[link_name = "livepatch_unexported.vmlinux.0.version_proc_show"]
    pub(crate) fn version_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
}
pub(crate) mod of_a_module {
    #[allow(improper_ctypes)]
    unsafe extern "C" {
        /// The word that documents it stays.
        #[link_name = "livepatch_unexported.pktgen.0.pg_count_d"]
        static pg_count_d: c_int;
        #[link_name = "livepatch_unexported.pktgen.0.match"]
        fn r#match(format: *const c_char, ...) -> c_int;
    }
    #[allow(improper_ctypes)]
    unsafe extern "C" {
        #[link_name = "livepatch_unexported.vmlinux.2.registered"]
        static mut registered: c_int;
        #[link_name = "livepatch_unexported.vmlinux.1.registered"]
        static mut registered_first: c_int;
        #[link_name = "livepatch_unexported.vmlinux.0.proc_show.isra.0"]
        fn proc_show(m: *mut seq_file);
        #[cfg(CONFIG_SMP)]
        #[link_name = "livepatch_unexported.vmlinux.1.dump"]
        fn dump();
        #[cfg(not(CONFIG_SMP))]
        #[link_name = "livepatch_unexported.vmlinux.0.dump"]
        fn dump();
    }
    unsafe extern "C" fn pgctrl_show() {}
    #[doc(hidden)]
    pub(crate) mod __fix {
        pub(crate) const REPLACE_0: ::livepatch::__private::NewFunc = ::livepatch::__private::NewFunc::new(
            super::pgctrl_show as *const (),
        );
    }
    const _: () = {
        #[allow(unused_imports)]
        use self::pgctrl_show as pgctrl_show;
        const _: () = {
            #[allow(unused_imports)]
            use ::livepatch::bindings::*;
            let _ = if true { pgctrl_show } else { self::pgctrl_show };
        };
    };
    #[doc(hidden)]
    macro_rules! __livepatch_fix {
        ({ $($known:tt)* } [$($next:tt)+] $($rest:tt)*) => {
            $($next)+ ! { { $($known)* fix { of_a_module "of_a_module" "of a module"[]
            [], ok, ["pktgen"] [(pgctrl_show "pgctrl_show" "pktgen" 0)] [] [] [] [] [] }
            } $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
pub(crate) mod of_the_kernel {
    #[cfg(CONFIG_PACKET)]
    #[allow(improper_ctypes)]
    unsafe extern "C" {
        #[link_name = "livepatch_unexported.af_packet.0.fanout_next_id"]
        static fanout_next_id: u16;
    }
    unsafe extern "C" fn cmdline_proc_show() {}
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
            $($next)+ ! { { $($known)* fix { of_the_kernel "of_the_kernel"
            "of the kernel"[] [], ok, ["af_packet" "vmlinux"] [(cmdline_proc_show
            "cmdline_proc_show" "vmlinux" 0)] [] [] [] [] [] } } $($rest)* }
        };
    }
    #[doc(hidden)]
    pub(crate) use __livepatch_fix;
}
self::of_a_module::__livepatch_fix! {
    { { description : "test", fixes : [of_a_module, of_the_kernel], } }
    [self::of_the_kernel::__livepatch_fix] [::livepatch::__compose]
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
        static NOTE: [u8; 151usize] = *b"replace=yes\0fix=of_a_module\0title=of a module\0function=pktgen:pgctrl_show,0\0fix=of_the_kernel\0title=of the kernel\0function=vmlinux:cmdline_proc_show,0\0";
        static FUNCS_0: rt::Funcs<1> = rt::Funcs::new(
            [
                rt::Func::new(
                    c"pgctrl_show",
                    super::super::of_a_module::__fix::REPLACE_0,
                    0,
                ),
            ],
            [0],
        );
        static CALLBACKS_0: [rt::FixCallbacks; 0] = [];
        static FUNCS_1: rt::Funcs<0> = rt::Funcs::new([], []);
        static CALLBACKS_1: [rt::FixCallbacks; 0] = [];
        static FUNCS_2: rt::Funcs<1> = rt::Funcs::new(
            [
                rt::Func::new(
                    c"cmdline_proc_show",
                    super::super::of_the_kernel::__fix::REPLACE_0,
                    0,
                ),
            ],
            [1],
        );
        static CALLBACKS_2: [rt::FixCallbacks; 0] = [];
        static OBJECTS: rt::Objects<3> = rt::Objects::new([
            rt::ObjectEntry::new(
                ::core::option::Option::Some(c"pktgen"),
                &FUNCS_0,
                rt::Callbacks::NONE,
            ),
            rt::ObjectEntry::new(
                ::core::option::Option::Some(c"af_packet"),
                &FUNCS_1,
                rt::Callbacks::NONE,
            ),
            rt::ObjectEntry::new(
                ::core::option::Option::None,
                &FUNCS_2,
                rt::Callbacks::NONE,
            ),
        ]);
        static OBJECT_PARTS: [rt::ObjectParts; 3] = [
            rt::ObjectParts::new(&FUNCS_0, &[0]),
            rt::ObjectParts::new(&FUNCS_1, &[1]),
            rt::ObjectParts::new(&FUNCS_2, &[1]),
        ];
        static STATES: rt::States<0> = rt::States::new([], []);
        static FIXES: [rt::Fix; 2] = [
            rt::Fix::new(
                "of_a_module",
                ::core::option::Option::None,
                ::core::option::Option::None,
            ),
            rt::Fix::new(
                "of_the_kernel",
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
