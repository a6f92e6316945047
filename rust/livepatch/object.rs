// SPDX-License-Identifier: GPL-2.0

//! Objects: vmlinux and the modules that a livepatch patches.
//!
//! C header: `include/linux/livepatch.h`.

use crate::bindings::{klp_func, klp_object};
use crate::callbacks::Callbacks;
use crate::enable::Livepatch;
use crate::func::Funcs;
use crate::module::{Module, ModuleState};
use crate::state::{State, StateRef};
use crate::table::{zeroed, FixTableRef, Table, Terminator};
use core::ffi::CStr;
use core::fmt;
use core::ptr::NonNull;

// SAFETY: `klp_object` is pointers, lists, booleans and a kobject, for all of which zero is valid;
// `klp_for_each_object_static()` stops at it.
unsafe impl Terminator for klp_object {}

/// The objects of a patch, ended as the kernel wants it.
pub type Objects<const N: usize> = Table<klp_object, N>;

/// One entry of the table of objects.
pub struct ObjectEntry {
    name: Option<&'static CStr>,
    funcs: *mut klp_func,
    callbacks: Callbacks,
}

impl ObjectEntry {
    /// Makes an entry; without a name it is vmlinux.
    pub const fn new<const N: usize>(
        name: Option<&'static CStr>,
        funcs: &'static Funcs<N>,
        callbacks: Callbacks,
    ) -> Self {
        Self {
            name,
            funcs: funcs.as_slice().as_ptr(),
            callbacks,
        }
    }
}

impl<const N: usize> Objects<N> {
    /// Makes the table of a patch.
    pub const fn new(objects: [ObjectEntry; N]) -> Self {
        let mut entries = [const { zeroed::<klp_object>() }; N];
        let mut index = 0;
        while index < N {
            if let Some(name) = objects[index].name {
                entries[index].name = name.as_ptr().cast();
            }
            entries[index].funcs = objects[index].funcs;
            objects[index].callbacks.put_into(&mut entries[index]);
            index += 1;
        }
        Self::terminated(entries)
    }
}

/// What the fixes put into one object.
pub struct ObjectParts {
    pub(crate) funcs: FixTableRef<klp_func>,
    pub(crate) fixes: &'static [usize],
}

impl ObjectParts {
    /// Makes the list for the object of the same index in the table of objects.
    ///
    /// `fixes` are those that name the object: they change it, or use its symbols, which the kernel
    /// resolves for the objects in the table.
    pub const fn new<const N: usize>(funcs: &'static Funcs<N>, fixes: &'static [usize]) -> Self {
        Self {
            funcs: funcs.as_slice(),
            fixes,
        }
    }
}

/// The object whose patching or unpatching a callback is told about.
///
/// It exists only while a callback runs. Callbacks run in process context, under the livepatch
/// core's mutex, and may sleep.
pub struct Object {
    raw: NonNull<klp_object>,
    livepatch: &'static Livepatch,
}

impl Object {
    /// Wraps the object that a callback was given.
    ///
    /// # Safety
    ///
    /// `raw` must be what the livepatch core passed to a callback of `livepatch` that is running.
    pub(crate) unsafe fn from_raw(raw: NonNull<klp_object>, livepatch: &'static Livepatch) -> Self {
        Self { raw, livepatch }
    }

    /// Returns the name of the module, or [`None`] for vmlinux.
    pub fn name(&self) -> Option<&CStr> {
        // SAFETY: By the contract of `from_raw`, the object is valid.
        let name = unsafe { (*self.raw.as_ptr()).name };
        if name.is_null() {
            return None;
        }
        // SAFETY: A name in the table is a `&'static CStr`.
        Some(unsafe { CStr::from_ptr(name.cast()) })
    }

    /// Returns the module, or [`None`] for vmlinux.
    pub fn module(&self) -> Option<Module<'_>> {
        // SAFETY: By the contract of `from_raw`, the object is valid.
        let module = NonNull::new(unsafe { (*self.raw.as_ptr()).mod_ })?;
        // SAFETY: The core sets `mod` while the module is there and clears it under the mutex that
        // this callback runs under.
        Some(unsafe { Module::from_raw(module) })
    }

    /// Returns the system state `S` of this livepatch, or [`None`] if its fix was left out.
    pub fn state<S: State>(&mut self) -> Option<StateRef<'_, S>> {
        // Only for the type that the livepatch has under this id are the data what they seem.
        if !self.livepatch.has_state::<S>() {
            return None;
        }
        // `klp_get_prev_state()` may only be called during a transition. A callback of a module
        // that is being loaded or removed can run outside one.
        let in_transition = self
            .module()
            .is_none_or(|module| module.state() == ModuleState::Live);
        StateRef::get(self.livepatch.patch(), in_transition)
    }
}

impl fmt::Display for Object {
    /// Writes the name of the module, or `vmlinux`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => crate::print::CStrDisplay(name).fmt(f),
            None => f.write_str("vmlinux"),
        }
    }
}
