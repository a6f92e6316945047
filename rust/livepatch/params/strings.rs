// SPDX-License-Identifier: GPL-2.0

//! Parameters that are strings.
//!
//! A write through sysfs frees or overwrites the string, under the parameter lock of the module; so
//! reading one needs the lock, and may sleep.

use super::{Param, ParamType};
use crate::bindings;
use crate::ffi::c_char;
use crate::optional;
use core::ffi::CStr;
use core::marker::PhantomData;

/// A string of any length, which the kernel allocates: `charp`.
#[repr(transparent)]
pub struct CharP(*mut c_char);

// SAFETY: By the invariant of `Param`, the pointer is read under the parameter lock only.
unsafe impl Send for CharP {}

impl CharP {
    /// No string.
    pub const NONE: Self = Self(core::ptr::null_mut());

    /// A default for the parameter.
    pub const fn new(default: &'static CStr) -> Self {
        Self(default.as_ptr().cast::<c_char>().cast_mut())
    }
}

// SAFETY: `param_ops_charp` keeps a `char *`, to a string that ends with a NUL or null.
unsafe impl ParamType for CharP {
    const TYPE: &'static str = "charp";
    const OPS: Result<*const bindings::kernel_param_ops, &'static str> = optional::param_ops_charp;
}

/// A string of up to `N - 1` bytes in a buffer of its own: `string`.
#[repr(transparent)]
pub struct Text<const N: usize>([u8; N]);

impl<const N: usize> Text<N> {
    /// A default for the parameter.
    ///
    /// # Panics
    ///
    /// When it is compiled, if the default and its NUL are longer than `N`.
    pub const fn new(default: &'static CStr) -> Self {
        let default = default.to_bytes_with_nul();
        assert!(default.len() <= N, "the default is longer than the buffer");
        let mut bytes = [0; N];
        let mut index = 0;
        while index < default.len() {
            bytes[index] = default[index];
            index += 1;
        }
        Self(bytes)
    }
}

impl Param<CharP> {
    /// Runs `f` on the string, or on [`None`] if there is none.
    ///
    /// It may sleep, and `f` must not read another string parameter: it holds the lock.
    pub fn with_str<R>(&self, f: impl FnOnce(Option<&CStr>) -> R) -> R {
        let locked = Locked::new();
        // SAFETY: The lock is held.
        f(unsafe { locked.str_at(self.value.get()) })
    }
}

impl<const N: usize> Param<[CharP; N]> {
    /// Runs `f` on the string of that index, or on [`None`] if there is none.
    ///
    /// It may sleep, and `f` must not read another string parameter: it holds the lock.
    pub fn with_str_at<R>(&self, index: usize, f: impl FnOnce(Option<&CStr>) -> R) -> R {
        let locked = Locked::new();
        f(self
            .element(index)
            // SAFETY: The lock is held, and the element is in the array.
            .and_then(|element| unsafe { locked.str_at(element) }))
    }
}

impl<const N: usize> Param<Text<N>> {
    /// Runs `f` on the string.
    ///
    /// It may sleep, and `f` must not read another string parameter: it holds the lock.
    pub fn with_text<R>(&self, f: impl FnOnce(&CStr) -> R) -> R {
        let _locked = Locked::new();
        let text = self.value.get().cast::<u8>();
        // SAFETY: The buffer has N bytes, which do not change under the lock.
        let bytes = unsafe { core::slice::from_raw_parts(text, N) };
        f(CStr::from_bytes_until_nul(bytes).unwrap_or(c""))
    }
}

/// The module's parameter lock, held.
struct Locked(PhantomData<*const ()>);

impl Locked {
    fn new() -> Self {
        // SAFETY: The module is the one that this code is part of, and stays while the code runs.
        unsafe { optional::kernel_param_lock(crate::module::this_module()) };
        Self(PhantomData)
    }

    /// Returns the string that a `charp` points to.
    ///
    /// # Safety
    ///
    /// `string` must be in a parameter of this module.
    unsafe fn str_at(&self, string: *mut CharP) -> Option<&CStr> {
        // SAFETY: By the contract it is valid, and the lock keeps the kernel from writing it.
        let string = unsafe { (*string).0 };
        if string.is_null() {
            return None;
        }
        // SAFETY: The kernel keeps a string that ends with a NUL there, until the next write.
        Some(unsafe { CStr::from_ptr(string.cast()) })
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: `new` has taken it.
        unsafe { optional::kernel_param_unlock(crate::module::this_module()) };
    }
}
