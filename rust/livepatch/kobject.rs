// SPDX-License-Identifier: GPL-2.0

//! Kobjects: directories of the module's own in sysfs.
//!
//! C header: `include/linux/kobject.h`; `Documentation/core-api/kobject.rst`.

use crate::bindings::{self, kobject};
use crate::error::{code::ENOMEM, to_result, Result};
use crate::optional::{kobject_create_and_add, sysfs_create_file_ns};
use crate::sysfs::Attribute;
use core::ffi::CStr;
use core::ptr::NonNull;

/// Where a kobject's directory is made.
#[derive(Clone, Copy)]
pub enum Parent<'a> {
    /// `/sys`.
    Root,
    /// `/sys/kernel`, C's `kernel_kobj`.
    Kernel,
    /// The directory of another kobject.
    Kobject(&'a Kobject),
}

/// A kobject with a directory in sysfs.
///
/// Dropping it removes the directory and its files, and waits until nobody reads one of them.
///
/// # Invariants
///
/// It comes from `kobject_create_and_add()`, and this is the reference that it came with.
pub struct Kobject(NonNull<kobject>);

// SAFETY: Kobjects are counted and serialised by the kernel.
unsafe impl Send for Kobject {}

// SAFETY: As above.
unsafe impl Sync for Kobject {}

impl Kobject {
    /// Makes a kobject and its directory; it may sleep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, also when the directory could not be made: the kernel tells the two apart only in
    /// its log.
    pub fn create_and_add(name: &CStr, parent: Parent<'_>) -> Result<Self> {
        let parent = match parent {
            Parent::Root => core::ptr::null_mut(),
            // SAFETY: The kernel writes it once, before it loads a module.
            Parent::Kernel => unsafe { bindings::kernel_kobj },
            Parent::Kobject(parent) => parent.0.as_ptr(),
        };
        // SAFETY: The name ends with a NUL, and is copied; the parent is null or a kobject that
        // stays meanwhile.
        let kobject = unsafe { kobject_create_and_add(name.as_ptr().cast(), parent) };
        // INVARIANT: Just made.
        NonNull::new(kobject).map(Self).ok_or(ENOMEM)
    }

    /// Adds a file to the directory; it may sleep.
    ///
    /// # Errors
    ///
    /// `EEXIST` when there is a file of that name, `ENOMEM` when there is no memory.
    ///
    /// # Safety
    ///
    /// The kobject must be dropped before the module is gone: if it is forgotten, the file could
    /// run code that is no longer there.
    pub unsafe fn create_file(&self, attribute: &'static Attribute) -> Result {
        // SAFETY: The kobject is valid by the type invariant; the attribute is static, and by the
        // contract the file is removed before its module goes.
        to_result(unsafe {
            sysfs_create_file_ns(self.0.as_ptr(), attribute.as_ptr(), core::ptr::null())
        })
    }
}

impl Drop for Kobject {
    fn drop(&mut self) {
        // The files must go even if somebody else still has a reference.
        // SAFETY: By the type invariant, it is ours and was added.
        unsafe { bindings::kobject_del(self.0.as_ptr()) };
        // SAFETY: By the type invariant, this reference is ours.
        unsafe { bindings::kobject_put(self.0.as_ptr()) };
    }
}
