// SPDX-License-Identifier: GPL-2.0

//! Functions that replace functions: `struct klp_func`.
//!
//! C header: `include/linux/livepatch.h`.

use crate::bindings::klp_func;
use crate::ffi::{c_ulong, c_void};
use crate::table::{zeroed, FixTable, Terminator};
use core::ffi::CStr;

// SAFETY: `klp_func` is integers, pointers, lists and a kobject, for all of which zero is valid;
// `klp_for_each_func_static()` stops at it.
unsafe impl Terminator for klp_func {}

/// The functions of one object, ended as the kernel wants it.
pub type Funcs<const N: usize> = FixTable<klp_func, N>;

/// The address of a replacement function.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct NewFunc(*const ());

impl NewFunc {
    /// Takes the function's address, `function as *const ()`.
    pub const fn new(function: *const ()) -> Self {
        Self(function)
    }
}

/// One entry: the old function by name, and what replaces it.
pub struct Func(klp_func);

impl Func {
    /// Makes an entry.
    ///
    /// `old_sympos` says which of several symbols of that name in the object is meant, from 1 in
    /// the order of kallsyms; 0 demands that there is only one.
    pub const fn new(old_name: &'static CStr, new_func: NewFunc, old_sympos: c_ulong) -> Self {
        let mut func: klp_func = zeroed();
        func.old_name = old_name.as_ptr().cast();
        func.new_func = new_func.0.cast::<c_void>().cast_mut();
        func.old_sympos = old_sympos;
        Self(func)
    }
}

impl<const N: usize> Funcs<N> {
    /// Makes the table of an object; `fixes[i]` is the index of the fix of `funcs[i]`.
    pub const fn new(funcs: [Func; N], fixes: [usize; N]) -> Self {
        let mut entries = [const { zeroed::<klp_func>() }; N];
        let mut index = 0;
        while index < N {
            entries[index].old_name = funcs[index].0.old_name;
            entries[index].new_func = funcs[index].0.new_func;
            entries[index].old_sympos = funcs[index].0.old_sympos;
            index += 1;
        }
        Self::terminated(entries, fixes)
    }
}
