// SPDX-License-Identifier: GPL-2.0

//! The life of a livepatch module, from its init function to its exit function.
//!
//! ```text
//!   insmod ─► leave out fixes ─► the fixes' init ─► klp_enable_patch() ─► patched
//!                 │ EINVAL            │ its error          │ its error        │
//!                 ▼                   ▼                    ▼                  │ echo 0 > enabled,
//!              refused ◄─── exit of the fixes that were initialised           ▼ rmmod
//!                                                          exit of the fixes ─► gone
//! ```
//!
//! Enabling is the last fallible step: the loader frees a module whose init fails, and would do so
//! with one whose functions are in use.

use crate::error::{code::EINVAL, Result};
use crate::ffi::c_int;
use crate::fix::Fix;
use crate::object::{ObjectParts, Objects};
use crate::optional::klp_state;
use crate::params::{CharP, Param};
use crate::patch::Patch;
use crate::state::{State, StateEntry, States};
use crate::table::{FixTableRef, TableRef};
use core::ffi::CStr;

/// A whole livepatch, as the macro describes it.
pub struct Livepatch {
    patch: &'static Patch,
    objects: TableRef<crate::bindings::klp_object>,
    parts: &'static [ObjectParts],
    states: FixTableRef<klp_state>,
    state_entries: &'static [StateEntry],
    fixes: &'static [Fix],
    skip: Option<Skip>,
    replace: fn() -> bool,
}

/// The parameter that names the fixes to leave out, of any length.
type Skip = fn(&mut dyn FnMut(&CStr) -> Result) -> Result;

impl Livepatch {
    /// Makes the description; `skip` visits the names that the administrator gave, if there is
    /// such a parameter.
    pub const fn new<const O: usize, const S: usize>(
        patch: &'static Patch,
        objects: &'static Objects<O>,
        parts: &'static [ObjectParts; O],
        states: &'static States<S>,
        fixes: &'static [Fix],
        skip: Option<Skip>,
        replace: fn() -> bool,
    ) -> Self {
        Self {
            patch,
            objects: objects.as_slice(),
            parts,
            states: states.as_slice(),
            state_entries: states.entries(),
            fixes,
            skip,
            replace,
        }
    }

    /// Returns the patch.
    pub(crate) fn patch(&self) -> &'static Patch {
        self.patch
    }

    /// Returns whether the fix of that index was not left out.
    pub(crate) fn has_fix(&self, fix: usize) -> bool {
        self.fixes.get(fix).is_some_and(|fix| !fix.is_left_out())
    }

    /// Returns whether the livepatch keeps a `S` in the state of that id.
    pub(crate) fn has_state<S: State>(&self) -> bool {
        self.state_entries.iter().any(|entry| entry.is::<S>())
    }

    /// Notes which fixes the administrator wants left out.
    ///
    /// # Errors
    ///
    /// `EINVAL` for a name that is no fix of this livepatch: a typing error must not load the fix
    /// that somebody wanted to keep out.
    fn leave_out(&self) -> Result {
        let Some(skip) = self.skip else {
            return Ok(());
        };
        skip(&mut |name| {
            let id = name.to_bytes();
            match self.fixes.iter().find(|fix| fix.id().as_bytes() == id) {
                Some(fix) => fix.leave_out(),
                None => {
                    crate::print::no_such_fix(name, self.fixes.iter().map(Fix::id));
                    return Err(EINVAL);
                }
            }
            Ok(())
        })
    }

    /// Takes what belongs to fixes that are left out from the tables.
    ///
    /// # Safety
    ///
    /// The patch must not have been enabled.
    unsafe fn compact(&self) {
        let has_fix = |fix| self.has_fix(fix);
        for parts in self.parts {
            // SAFETY: By the contract, the kernel does not know the table yet.
            unsafe { parts.funcs.retain(has_fix) };
        }
        let has_object = |object: usize| {
            let parts = self.parts.get(object);
            parts.is_some_and(|parts| parts.fixes.iter().any(|fix| has_fix(*fix)))
        };
        // SAFETY: As above.
        unsafe { self.objects.retain(has_object) };
        // SAFETY: As above.
        unsafe { self.states.retain(has_fix) };
    }

    /// Runs the init of the fixes, in order.
    fn init_fixes(&self) -> Result {
        for (index, fix) in self.fixes.iter().enumerate() {
            if fix.is_left_out() {
                continue;
            }
            if let Err(error) = fix.init() {
                self.exit_fixes(index);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Runs the exit of the first `count` fixes, backwards.
    fn exit_fixes(&self, count: usize) {
        for fix in self.fixes.iter().take(count).rev() {
            if !fix.is_left_out() {
                fix.exit();
            }
        }
    }
}

/// Enables the livepatch: the body of the module's init function.
///
/// # Safety
///
/// The module loader must be calling the init function of the module that `livepatch` is part of.
pub unsafe fn init(livepatch: &'static Livepatch) -> c_int {
    if let Err(error) = livepatch.leave_out() {
        return error.to_errno();
    }
    // SAFETY: The patch is enabled only below, and init runs once.
    unsafe { livepatch.compact() };
    if let Err(error) = livepatch.init_fixes() {
        return error.to_errno();
    }
    let replace = (livepatch.replace)();
    // SAFETY: This is the module's init function; what follows cannot fail by itself.
    match unsafe { livepatch.patch.enable(replace) } {
        Ok(()) => 0,
        Err(error) => {
            livepatch.exit_fixes(livepatch.fixes.len());
            error.to_errno()
        }
    }
}

/// Takes back what the fixes' init did: the body of the module's exit function.
///
/// # Safety
///
/// The module loader must be calling the exit function of the module that `livepatch` is part of.
pub unsafe fn exit(livepatch: &'static Livepatch) {
    livepatch.exit_fixes(livepatch.fixes.len());
}

/// Runs the init function of a module that is no livepatch.
pub fn init_plain(init: fn() -> Result) -> c_int {
    match init() {
        Ok(()) => 0,
        Err(error) => error.to_errno(),
    }
}

impl<const N: usize> Param<[CharP; N]> {
    /// Visits the names in the parameter that leaves fixes out.
    ///
    /// # Errors
    ///
    /// The first error that `visit` returns.
    pub fn visit(&self, visit: &mut dyn FnMut(&CStr) -> Result) -> Result {
        for index in 0..self.len() {
            self.with_str_at(index, |name| name.map_or(Ok(()), &mut *visit))?;
        }
        Ok(())
    }
}
