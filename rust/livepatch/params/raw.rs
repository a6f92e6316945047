// SPDX-License-Identifier: GPL-2.0

//! What the module loader reads: `struct kernel_param`, in the section `__param`.
//!
//! C header: `include/linux/moduleparam.h`.

use super::{Param, ParamType, Text};
use crate::bindings::{self, kernel_param, kparam_array, kparam_string};
use crate::ffi::c_uint;
use crate::optional;
use core::ffi::CStr;

/// The kind and place of a parameter's value.
pub struct ParamArg(Arg);

enum Arg {
    Value {
        ops: *const bindings::kernel_param_ops,
        value: *mut crate::ffi::c_void,
    },
    Array(kparam_array),
    Text(kparam_string),
}

// SAFETY: It is constant; what it points to is a `Param`, which is `Sync`.
unsafe impl Sync for ParamArg {}

/// Names the type of a parameter, and where its value is.
pub trait ParamInfo {
    /// What modinfo shows as the type.
    const TYPE: &'static str;
}

impl<T: ParamType> ParamInfo for Param<T> {
    const TYPE: &'static str = T::TYPE;
}

impl<T: ParamType, const N: usize> ParamInfo for Param<[T; N]> {
    // What `module_param_array()` writes is "array of int".
    const TYPE: &'static str = super::modinfo::array_of(T::TYPE);
}

impl<const N: usize> ParamInfo for Param<Text<N>> {
    const TYPE: &'static str = "string";
}

/// A parameter, as the module loader knows it.
#[repr(transparent)]
pub struct KernelParam(kernel_param);

// SAFETY: It is constant; what it points to is a `Param`, which is `Sync`.
unsafe impl Sync for KernelParam {}

impl KernelParam {
    /// Makes the entry; `mode` is that of the file in sysfs, 0 for none.
    #[track_caller]
    pub const fn new(name: &'static CStr, arg: &'static ParamArg, mode: u16) -> Self {
        let ops = match &arg.0 {
            Arg::Value { ops, .. } => *ops,
            Arg::Array(_) => optional::demand(optional::param_array_ops),
            Arg::Text(_) => optional::demand(optional::param_ops_string),
        };
        let place = match &arg.0 {
            Arg::Value { value, .. } => bindings::kernel_param__bindgen_ty_1 { arg: *value },
            Arg::Array(array) => bindings::kernel_param__bindgen_ty_1 { arr: array },
            Arg::Text(string) => bindings::kernel_param__bindgen_ty_1 { str_: string },
        };
        Self(kernel_param {
            name: name.as_ptr().cast(),
            mod_: crate::module::this_module(),
            ops,
            perm: mode,
            // Parsed when the module is loaded, not at a level of the boot.
            level: -1,
            flags: 0,
            __bindgen_anon_1: place,
        })
    }
}

impl<T: ParamType> Param<T> {
    /// Returns what the entry of the parameter points to.
    #[doc(hidden)]
    #[track_caller]
    pub const fn arg(&'static self) -> ParamArg {
        ParamArg(Arg::Value {
            ops: optional::demand(T::OPS),
            value: self.value.get().cast(),
        })
    }
}

impl<T: ParamType, const N: usize> Param<[T; N]> {
    /// Returns what the entry of the parameter points to.
    #[doc(hidden)]
    #[track_caller]
    pub const fn arg(&'static self) -> ParamArg {
        let ops = optional::demand(T::OPS);
        // Here the compiler can say which parameter it is.
        optional::demand(optional::param_array_ops);
        ParamArg(Arg::Array(kparam_array {
            max: N as c_uint,
            elemsize: size_of::<T>() as c_uint,
            num: self.count.get(),
            ops,
            elem: self.value.get().cast(),
        }))
    }
}

impl<const N: usize> Param<Text<N>> {
    /// Returns what the entry of the parameter points to.
    #[doc(hidden)]
    #[track_caller]
    pub const fn arg(&'static self) -> ParamArg {
        // As above.
        optional::demand(optional::param_ops_string);
        ParamArg(Arg::Text(kparam_string {
            maxlen: N as c_uint,
            string: self.value.get().cast(),
        }))
    }
}
