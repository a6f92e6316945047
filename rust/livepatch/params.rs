// SPDX-License-Identifier: GPL-2.0

//! Module parameters, as `module_param()` and its siblings make them.
//!
//! They are read while an administrator writes them through sysfs: numbers with one volatile load,
//! strings under the kernel's lock.
//!
//! | Rust                    | kernel's type | read with                       |
//! |-------------------------|---------------|---------------------------------|
//! | `u8`                    | `byte`        | [`Param::get`]                  |
//! | `i16`, `u16`            | `short`, `ushort` | [`Param::get`]              |
//! | `c_int`, `c_uint`       | `int`, `uint` | [`Param::get`]                  |
//! | `c_long`, `c_ulong`     | `long`, `ulong` | [`Param::get`]                |
//! | `u64`                   | `ullong`      | [`Param::get`]                  |
//! | [`HexInt`]              | `hexint`      | [`Param::get`]                  |
//! | `bool`, [`InvBool`]     | `bool`, `invbool` | [`Param::get`]              |
//! | [`CharP`]               | `charp`       | [`Param::with_str`]             |
//! | [`Text<N>`](Text)       | `string`      | [`Param::with_text`]            |
//! | `[T; N]` of the above but `Text` | array | [`Param::get_at`], [`Param::len`] |
//!
//! C header: `include/linux/moduleparam.h`.

pub mod modinfo;
mod raw;
mod strings;

pub use raw::{KernelParam, ParamArg, ParamInfo};
pub use strings::{CharP, Text};

use crate::bindings;
use crate::ffi::{c_int, c_long, c_short, c_uint, c_ulong, c_ushort};
use crate::optional;
use core::cell::UnsafeCell;

/// A parameter of the module; `#[param]` on a static of this type makes it one.
///
/// # Invariants
///
/// Only the kernel's parameter code writes the count, and the value, under the module's parameter
/// lock; a [`Scalar`] is also written by [`Param::set`], and always with one store.
///
/// # Examples
///
/// ```
/// use livepatch::prelude::*;
///
/// #[livepatch::param(mode = 0o644, description = "how often to say it")]
/// static TIMES: Param<c_int> = Param::new(1);
///
/// fn times() -> c_int {
///     TIMES.get().clamp(0, 100)
/// }
/// # fn main() {}
/// ```
pub struct Param<T> {
    value: UnsafeCell<T>,
    /// How many elements of an array were given.
    count: UnsafeCell<c_uint>,
}

// SAFETY: By the type invariant, what is not written with one store is written under the parameter
// lock; every read is one volatile load or holds that lock.
unsafe impl<T> Sync for Param<T> {}

/// A type that the kernel parses from one word.
///
/// # Safety
///
/// The operations must store a valid value of the type, in one store of its size unless the
/// parameter lock is needed to read it.
pub unsafe trait ParamType: Sized + 'static {
    /// What the kernel, and modinfo, call the type.
    const TYPE: &'static str;

    /// The kernel's operations for the type, or what the compiler says of a parameter of that type
    /// where the kernel has none.
    const OPS: Result<*const bindings::kernel_param_ops, &'static str>;
}

/// A [`ParamType`] that one load reads whole.
pub trait Scalar: ParamType + Copy {}

/// A number which the kernel prints in hexadecimal: `hexint`.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexInt(pub c_uint);

/// A boolean that is written inverted: `invbool`.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvBool(pub bool);

macro_rules! scalars {
    ($($type:ty, $name:literal, $ops:ident;)*) => { $(
        // SAFETY: These are the kernel's operations for a C type of the same representation; they
        // store it whole.
        unsafe impl ParamType for $type {
            const TYPE: &'static str = $name;
            const OPS: Result<*const bindings::kernel_param_ops, &'static str> =
                 optional::$ops;
        }
        impl Scalar for $type {}
    )* };
}

scalars! {
    u8, "byte", param_ops_byte;
    c_short, "short", param_ops_short;
    c_ushort, "ushort", param_ops_ushort;
    c_int, "int", param_ops_int;
    c_uint, "uint", param_ops_uint;
    c_long, "long", param_ops_long;
    c_ulong, "ulong", param_ops_ulong;
    u64, "ullong", param_ops_ullong;
    HexInt, "hexint", param_ops_hexint;
    bool, "bool", param_ops_bool;
    InvBool, "invbool", param_ops_invbool;
}

impl<T> Param<T> {
    /// Makes the parameter with its default value.
    pub const fn new(value: T) -> Self {
        Self {
            value: UnsafeCell::new(value),
            count: UnsafeCell::new(0),
        }
    }
}

impl<T: Scalar> Param<T> {
    /// Reads the value.
    pub fn get(&self) -> T {
        // SAFETY: The value is aligned and valid; by the type invariant it is written in one store.
        unsafe { self.value.get().read_volatile() }
    }

    /// Sets the value, as a write through sysfs does.
    pub fn set(&self, value: T) {
        // SAFETY: The place is aligned, and the store is one.
        // INVARIANT: As it must be for a scalar.
        unsafe { self.value.get().write_volatile(value) };
    }
}

impl<T: ParamType, const N: usize> Param<[T; N]> {
    /// Returns how many elements were given, or zero if the parameter was not.
    ///
    /// A write that the kernel refuses can have changed the elements before the one that is wrong,
    /// and this count.
    pub fn len(&self) -> usize {
        // SAFETY: The count is aligned and valid; by the type invariant only the kernel writes it.
        let count = unsafe { self.count.get().read_volatile() };
        N.min(count as usize)
    }

    /// Returns whether no element was given.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the address of an element.
    fn element(&self, index: usize) -> Option<*mut T> {
        if index >= N {
            return None;
        }
        // SAFETY: The index is less than the length.
        Some(unsafe { self.value.get().cast::<T>().add(index) })
    }
}

impl<T: Scalar, const N: usize> Param<[T; N]> {
    /// Reads an element, given or default, or [`None`] if the array is shorter.
    pub fn get_at(&self, index: usize) -> Option<T> {
        let element = self.element(index)?;
        // SAFETY: The element is aligned and valid; by the type invariant only the kernel writes
        // it, in one store.
        Some(unsafe { element.read_volatile() })
    }
}
