// SPDX-License-Identifier: GPL-2.0

//! The content of a file that is read as a sequence of records.
//!
//! C header: `include/linux/seq_file.h`.

use crate::bindings::{self, seq_file};
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// A file that a `show` function writes the content of.
///
/// # Examples
///
/// ```
/// use livepatch::bindings::seq_file;
/// use livepatch::prelude::*;
///
/// unsafe extern "C" fn show(m: *mut seq_file, _v: *mut c_void) -> c_int {
///     // SAFETY: seq_read_iter() passes the file that is read.
///     let mut m = unsafe { SeqFile::from_raw(m) };
///     seq_print!(m, "{} of {}\n", 1, 2);
///     0
/// }
/// # fn main() {}
/// ```
pub struct SeqFile<'a> {
    raw: NonNull<seq_file>,
    _show: PhantomData<&'a mut seq_file>,
}

impl SeqFile<'_> {
    /// Wraps the file that a `show` function is given.
    ///
    /// # Safety
    ///
    /// `raw` must be an open file, which nobody else uses for the lifetime.
    pub unsafe fn from_raw(raw: *mut seq_file) -> Self {
        Self {
            // SAFETY: By the contract, it is not null.
            raw: unsafe { NonNull::new_unchecked(raw) },
            _show: PhantomData,
        }
    }

    /// Appends formatted text, for [`seq_print!`](crate::seq_print).
    ///
    /// What does not fit is no error: the kernel runs the `show` function again, with more room.
    pub fn print(&mut self, args: fmt::Arguments<'_>) {
        // `write_str` never fails; an error could only come from what is displayed, as part of
        // which nothing but itself would be missing.
        let _ = fmt::Write::write_fmt(self, args);
    }
}

impl fmt::Write for SeqFile<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: By the contract of `from_raw` the file is valid; the text is as long as it says.
        unsafe { bindings::seq_write(self.raw.as_ptr(), text.as_ptr().cast(), text.len()) };
        Ok(())
    }
}

/// Appends formatted text to a [`SeqFile`](crate::SeqFile).
#[macro_export]
macro_rules! seq_print {
    ($m:expr, $($arg:tt)*) => { $m.print(::core::format_args!($($arg)*)) };
}
