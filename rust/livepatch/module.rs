// SPDX-License-Identifier: GPL-2.0

//! Kernel modules, as a livepatch sees them.
//!
//! C header: `include/linux/module.h`.

use crate::bindings;
use core::ffi::CStr;
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

#[allow(
    improper_ctypes,
    reason = "some configurations have members without size; only its address is used"
)]
extern "C" {
    /// The module that this code is linked into. Kbuild's `.mod.c` defines it.
    static mut __this_module: bindings::module;
}

/// Returns the `THIS_MODULE` of C.
pub(crate) const fn this_module() -> *mut bindings::module {
    &raw mut __this_module
}

/// What the module loader is doing with a module: `enum module_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleState {
    /// `MODULE_STATE_LIVE`: initialised, in use.
    Live,
    /// `MODULE_STATE_COMING`: fully formed, running its init function.
    Coming,
    /// `MODULE_STATE_GOING`: being removed.
    Going,
    /// `MODULE_STATE_UNFORMED`: still being set up.
    Unformed,
}

/// A module: one that a livepatch patches, for the duration of a callback, or this one.
pub struct Module<'a> {
    raw: NonNull<bindings::module>,
    _callback: PhantomData<&'a bindings::module>,
}

impl Module<'static> {
    /// Returns the module that this code is part of: C's `THIS_MODULE`.
    pub fn this() -> Self {
        Self {
            // SAFETY: The address of a static is not null.
            raw: unsafe { NonNull::new_unchecked(this_module()) },
            _callback: PhantomData,
        }
    }
}

impl<'a> Module<'a> {
    /// Wraps the module of a patched object.
    ///
    /// # Safety
    ///
    /// `raw` must be a module that the livepatch core keeps for all of `'a`.
    pub(crate) unsafe fn from_raw(raw: NonNull<bindings::module>) -> Self {
        Self {
            raw,
            _callback: PhantomData,
        }
    }

    /// Returns the module's name.
    pub fn name(&self) -> &'a CStr {
        // SAFETY: By the contract of `from_raw`, the module is valid.
        let name = unsafe { &raw const (*self.raw.as_ptr()).name };
        // SAFETY: The loader ends the name with a NUL and never changes it.
        unsafe { CStr::from_ptr(name.cast()) }
    }

    /// Returns what the module loader is doing with the module just now.
    pub fn state(&self) -> ModuleState {
        // SAFETY: By the contract of `from_raw`, the module is valid.
        let state = unsafe { &raw const (*self.raw.as_ptr()).state };
        // SAFETY: As above. The loader can write it at the same time: one volatile read of an
        // aligned integer is what C does.
        match unsafe { state.read_volatile() } {
            bindings::module_state_MODULE_STATE_LIVE => ModuleState::Live,
            bindings::module_state_MODULE_STATE_COMING => ModuleState::Coming,
            bindings::module_state_MODULE_STATE_GOING => ModuleState::Going,
            _ => ModuleState::Unformed,
        }
    }
}

impl fmt::Display for Module<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::print::CStrDisplay(self.name()).fmt(f)
    }
}
