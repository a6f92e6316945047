// SPDX-License-Identifier: GPL-2.0

//! Files in sysfs.
//!
//! C header: `include/linux/sysfs.h`; `Documentation/filesystems/sysfs.rst`.

use crate::bindings::{self, attribute, kobj_attribute, kobject};
use crate::error::{code::EMSGSIZE, Result};
use crate::ffi::c_char;
use core::ffi::CStr;
use core::fmt;

/// What a file shows.
///
/// # Examples
///
/// ```
/// use livepatch::mutex::Mutex;
/// use livepatch::prelude::*;
/// use livepatch::sysfs::{Attribute, Page, Show};
///
/// static PENDING: Mutex<usize> = Mutex::new(0);
///
/// struct Pending;
///
/// impl Show for Pending {
///     fn show(page: &mut Page<'_>) -> Result {
///         let pending = *PENDING.lock();
///         page.emit(format_args!("{pending}\n"))
///     }
/// }
///
/// static PENDING_FILE: Attribute = Attribute::read_only::<Pending>(c"pending");
/// # fn main() {}
/// ```
pub trait Show {
    /// Writes the content, for each read; it may sleep.
    ///
    /// # Errors
    ///
    /// What the reader gets.
    fn show(page: &mut Page<'_>) -> Result;
}

/// The member `show` of `struct kobj_attribute`.
type ShowFunc = unsafe extern "C" fn(*mut kobject, *mut kobj_attribute, *mut c_char) -> isize;

/// A file for the directory of a [`Kobject`](crate::kobject::Kobject): C's `struct kobj_attribute`.
#[repr(transparent)]
pub struct Attribute(kobj_attribute);

// SAFETY: It is constant: a static name, a mode and functions.
unsafe impl Sync for Attribute {}

impl Attribute {
    /// Makes a file that everybody can read: C's `__ATTR_RO()`.
    pub const fn read_only<S: Show>(name: &'static CStr) -> Self {
        // SAFETY: A `kobj_attribute` is pointers, integers and optional functions, for which zero
        // is valid.
        let mut file: kobj_attribute = unsafe { core::mem::zeroed() };
        file.attr.name = name.as_ptr().cast();
        file.attr.mode = 0o444;
        let place = (&raw mut file)
            .cast::<u8>()
            .wrapping_add(bindings::LIVEPATCH_KOBJ_ATTRIBUTE_SHOW);
        // SAFETY: It is the place of the member `show`, of this type.
        unsafe { place.cast::<Option<ShowFunc>>().write(Some(show::<S>)) };
        Self(file)
    }

    pub(crate) fn as_ptr(&'static self) -> *const attribute {
        &raw const self.0.attr
    }
}

/// The page that a read of a file is answered with.
///
/// # Invariants
///
/// `buffer` is `LIVEPATCH_PAGE_SIZE` bytes, of which `len` are written.
pub struct Page<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

impl Page<'_> {
    /// Appends formatted text.
    ///
    /// # Errors
    ///
    /// `EMSGSIZE` when it does not fit into the page.
    pub fn emit(&mut self, args: fmt::Arguments<'_>) -> Result {
        fmt::Write::write_fmt(self, args).map_err(|_| EMSGSIZE)
    }
}

impl fmt::Write for Page<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = self.buffer.get_mut(self.len..).ok_or(fmt::Error)?;
        let target = rest.get_mut(..text.len()).ok_or(fmt::Error)?;
        target.copy_from_slice(text.as_bytes());
        // INVARIANT: They were just written.
        self.len += text.len();
        Ok(())
    }
}

/// # Safety
///
/// Only sysfs may call it, with a page of zeroes that nobody else uses.
unsafe extern "C" fn show<S: Show>(
    _kobject: *mut kobject,
    _attribute: *mut kobj_attribute,
    buffer: *mut c_char,
) -> isize {
    // SAFETY: By the contract of this function.
    let buffer = unsafe {
        core::slice::from_raw_parts_mut(buffer.cast::<u8>(), bindings::LIVEPATCH_PAGE_SIZE)
    };
    // INVARIANT: Nothing is written yet.
    let mut page = Page { buffer, len: 0 };
    match S::show(&mut page) {
        // A page is less than `isize::MAX`.
        Ok(()) => page.len as isize,
        Err(error) => error.to_errno() as isize,
    }
}
