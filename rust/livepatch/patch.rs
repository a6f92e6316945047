// SPDX-License-Identifier: GPL-2.0

//! The patch: `struct klp_patch`.
//!
//! C header: `include/linux/livepatch.h`.

use crate::bindings::{klp_enable_patch, klp_patch};
use crate::error::{to_result, Result};
use crate::object::Objects;
use crate::state::States;
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;

/// Everything that is enabled and replaced at once.
///
/// # Invariants
///
/// Written only before it is enabled, by the module's init function; the kernel owns it afterwards.
#[repr(transparent)]
pub struct Patch(UnsafeCell<klp_patch>);

// SAFETY: By the type invariant nothing in Rust touches it while another CPU can see it; the kernel
// serialises its own accesses with `klp_mutex`.
unsafe impl Sync for Patch {}

impl Patch {
    /// Makes the patch of a table of objects and a table of states.
    pub const fn new<const O: usize, const S: usize>(
        objects: &'static Objects<O>,
        states: &'static States<S>,
    ) -> Self {
        // SAFETY: `klp_patch` is pointers, lists, booleans, a kobject, a work item and a
        // completion, for all of which zero is valid.
        let mut patch: klp_patch = unsafe { MaybeUninit::zeroed().assume_init() };
        patch.objs = objects.as_slice().as_ptr();
        #[cfg(has = "klp_state")]
        if S != 0 {
            patch.states = states.as_slice().as_ptr();
        }
        // The table is empty: no state is compiled for such a kernel.
        #[cfg(not(has = "klp_state"))]
        let _ = states;
        Self(UnsafeCell::new(patch))
    }

    /// Returns the C structure.
    pub(crate) const fn as_ptr(&'static self) -> *mut klp_patch {
        self.0.get()
    }

    /// Enables the patch of the module that is being initialised.
    ///
    /// Nothing that can fail may come after it: the kernel frees a module whose init function
    /// fails, whether it is patched in or not.
    ///
    /// # Errors
    ///
    /// Those of `klp_enable_patch()`: `EINVAL` when an old function is unknown, ambiguous or has no
    /// ftrace site, or when the states do not fit those of the installed livepatches; `ENOENT` when
    /// a size is not in kallsyms; `EBUSY` when another transition runs or a function has another
    /// user that changes its instruction pointer; `ENOMEM`; whatever a `pre_patch` callback returns.
    ///
    /// # Safety
    ///
    /// Called at most once, from the init function of the module that the patch is part of, as its
    /// last fallible step.
    pub(crate) unsafe fn enable(&'static self, replace: bool) -> Result {
        let patch = self.as_ptr();
        // SAFETY: By the contract, nobody else accesses the patch yet.
        unsafe { (*patch).mod_ = crate::module::this_module() };
        // SAFETY: As above.
        unsafe { (*patch).replace = replace };
        // SAFETY: The tables are static, ended, and of this module; it is being initialised.
        to_result(unsafe { klp_enable_patch(patch) })
    }
}
