// SPDX-License-Identifier: GPL-2.0

//! Files in /proc.
//!
//! C header: `include/linux/proc_fs.h`.

use crate::bindings::{proc_dir_entry, seq_file};
use crate::error::{code::ENOMEM, Result};
use crate::ffi::{c_int, c_void};
use crate::optional::{proc_create_single_data, proc_remove};
use core::ffi::CStr;
use core::ptr::NonNull;

/// A function that writes the content of a file, of which [`SeqFile`](crate::SeqFile) makes use.
pub type ShowFunc = unsafe extern "C" fn(m: *mut seq_file, v: *mut c_void) -> c_int;

/// A file in /proc.
///
/// Dropping it removes the file, and waits until nobody reads it.
///
/// # Invariants
///
/// It is an entry that nobody has removed.
pub struct ProcEntry(NonNull<proc_dir_entry>);

// SAFETY: An entry is removed as well by another task as by the one that made it.
unsafe impl Send for ProcEntry {}

// SAFETY: Nothing can be done with a shared entry.
unsafe impl Sync for ProcEntry {}

impl ProcEntry {
    /// Makes a file whose content is written at once, by one function; it may sleep.
    ///
    /// `mode` is that of the file, 0 for one that everybody can read.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, also when there is a file of that name: the kernel tells the two apart only in its
    /// log.
    ///
    /// # Safety
    ///
    /// `show` must be sound to run at any time until the entry is dropped, with the file that is
    /// read, in process context. The entry must be dropped before the module is gone: one that is
    /// forgotten could run code that is no longer there.
    pub unsafe fn create_single(name: &CStr, mode: u16, show: ShowFunc) -> Result<Self> {
        // SAFETY: The name ends with a NUL and is copied; `show` is as the contract says.
        let entry = unsafe {
            proc_create_single_data(
                name.as_ptr().cast(),
                mode,
                core::ptr::null_mut(),
                Some(show),
                core::ptr::null_mut(),
            )
        };
        // INVARIANT: Just made.
        NonNull::new(entry).map(Self).ok_or(ENOMEM)
    }
}

impl Drop for ProcEntry {
    fn drop(&mut self) {
        // SAFETY: By the type invariant, nobody has removed it.
        unsafe { proc_remove(self.0.as_ptr()) };
    }
}
