// SPDX-License-Identifier: GPL-2.0

//! Declarations that a kernel may lack, and what is there instead.
//!
//! Kbuild looks in the target's headers for the names in the file `optional`, and sets the
//! condition `has = "NAME"` for those which they declare. The rest of the crate takes such a
//! declaration from here: the kernel's own, or a stand-in with the same type. Whoever uses what
//! needs it is told the name by the compiler, and what does not is as on every other kernel:
//!
//! | declaration | what stands in                                  | the error is at                   |
//! |-------------|-------------------------------------------------|-----------------------------------|
//! | a function  | one that does not compile into a module         | the code that is compiled into it |
//! | `klp_state` | one that is only in tables without states       | the state                         |
//! | a static    | what the compiler is to say                     | the parameter of that type        |

use crate::bindings;
use crate::ffi::{c_int, c_void};
#[allow(unused_imports, reason = "what stands in needs them")]
use crate::{
    bindings::{
        attribute, completion, klp_patch, kobject, kprobe, module, proc_dir_entry, work_struct,
    },
    ffi::{c_char, c_uint, c_ulong},
};

/// Makes a function that may be missing.
macro_rules! function {
    ($name:literal: fn $function:ident($($type:ty),*) $(-> $result:ty)?) => {
        #[cfg(has = $name)]
        pub(crate) use bindings::$function;

        /// # Safety
        ///
        /// Nobody can call it: what does so does not compile.
        #[cfg(not(has = $name))]
        pub(crate) unsafe extern "C" fn $function($(_: $type),*) $(-> $result)? {
            #[allow(
                clippy::extra_unused_type_parameters,
                reason = "what is generic is compiled into the module, not here"
            )]
            #[inline(never)]
            fn lacking<T>() -> ! {
                const { panic!(concat!("this kernel has no ", $name, "()")) }
            }
            lacking::<()>()
        }
    };
}

function!("klp_shadow_get": fn klp_shadow_get(*mut c_void, c_ulong) -> *mut c_void);
function!("klp_shadow_alloc": fn klp_shadow_alloc(
    *mut c_void, c_ulong, usize, bindings::gfp_t, ShadowCtor, *mut c_void) -> *mut c_void);
function!("klp_shadow_get_or_alloc": fn klp_shadow_get_or_alloc(
    *mut c_void, c_ulong, usize, bindings::gfp_t, ShadowCtor, *mut c_void) -> *mut c_void);
function!("klp_shadow_free": fn klp_shadow_free(*mut c_void, c_ulong, ShadowDtor));
function!("klp_shadow_free_all": fn klp_shadow_free_all(c_ulong, ShadowDtor));

function!("klp_get_state": fn klp_get_state(*mut klp_patch, c_ulong) -> *mut klp_state);
function!("klp_get_prev_state": fn klp_get_prev_state(c_ulong) -> *mut klp_state);

function!("kernel_param_lock": fn kernel_param_lock(*mut module));
function!("kernel_param_unlock": fn kernel_param_unlock(*mut module));

function!("cancel_work_sync": fn cancel_work_sync(*mut work_struct) -> bool);
function!("complete": fn complete(*mut completion));
function!("complete_all": fn complete_all(*mut completion));
function!("flush_work": fn flush_work(*mut work_struct) -> bool);
function!("kobject_create_and_add": fn kobject_create_and_add(
    *const c_char, *mut kobject) -> *mut kobject);
function!("proc_create_single_data": fn proc_create_single_data(
    *const c_char, u16, *mut proc_dir_entry, Option<crate::proc_fs::ShowFunc>,
    *mut c_void) -> *mut proc_dir_entry);
function!("proc_remove": fn proc_remove(*mut proc_dir_entry));
function!("register_kprobe": fn register_kprobe(*mut kprobe) -> c_int);
function!("sysfs_create_file_ns": fn sysfs_create_file_ns(
    *mut kobject, *const attribute, *const c_void) -> c_int);
function!("unregister_kprobe": fn unregister_kprobe(*mut kprobe));
function!("wait_for_completion": fn wait_for_completion(*mut completion));

/// `klp_shadow_ctor_t`.
pub(crate) type ShadowCtor =
    Option<unsafe extern "C" fn(obj: *mut c_void, data: *mut c_void, ctor: *mut c_void) -> c_int>;

/// `klp_shadow_dtor_t`.
pub(crate) type ShadowDtor = Option<unsafe extern "C" fn(obj: *mut c_void, data: *mut c_void)>;

#[cfg(has = "klp_state")]
pub(crate) use bindings::klp_state;

/// Stands in for the kernel's: no table has one but for its end.
#[cfg(not(has = "klp_state"))]
#[allow(non_camel_case_types, reason = "C's name")]
pub(crate) struct klp_state {
    pub(crate) id: c_ulong,
    pub(crate) version: c_uint,
    pub(crate) data: *mut c_void,
}

/// The kernel's operations for a type of parameters, or what the compiler is to say instead.
pub(crate) type ParamOps = Result<*const bindings::kernel_param_ops, &'static str>;

/// Returns the operations, for a parameter that is being compiled.
#[track_caller]
pub(crate) const fn demand(ops: ParamOps) -> *const bindings::kernel_param_ops {
    match ops {
        Ok(ops) => ops,
        Err(message) => panic!("{}", message),
    }
}

/// Makes the statics with operations that may be missing.
macro_rules! param_ops {
    ($($name:tt: $ops:ident;)*) => { $(
        #[allow(non_upper_case_globals, reason = "C's name")]
        pub(crate) const $ops: ParamOps = {
            #[cfg(has = $name)]
            let ops = Ok(&raw const bindings::$ops);
            #[cfg(not(has = $name))]
            let ops = Err(concat!("this kernel has no ", $name));
            ops
        };
    )* };
}

param_ops! {
    "param_array_ops": param_array_ops;
    "param_ops_bool": param_ops_bool;
    "param_ops_byte": param_ops_byte;
    "param_ops_charp": param_ops_charp;
    "param_ops_hexint": param_ops_hexint;
    "param_ops_int": param_ops_int;
    "param_ops_invbool": param_ops_invbool;
    "param_ops_long": param_ops_long;
    "param_ops_short": param_ops_short;
    "param_ops_string": param_ops_string;
    "param_ops_uint": param_ops_uint;
    "param_ops_ullong": param_ops_ullong;
    "param_ops_ulong": param_ops_ulong;
    "param_ops_ushort": param_ops_ushort;
}
