// SPDX-License-Identifier: GPL-2.0

//! The kernel's log.

use crate::bindings;
use crate::print::Level;
use core::ffi::CStr;
use core::fmt;

/// As much of a line as is handed to C at once; it is on the stack.
const CHUNK: usize = 256;

/// Writes a line, behind the module's name.
///
/// `prefix` is the module's name with a NUL at its end.
pub(crate) fn print(level: Level, prefix: &'static [u8], args: fmt::Arguments<'_>) {
    // KERN_EMERG and so on: a start of header, and the number.
    let level = match level {
        Level::Emerg => c"\x010",
        Level::Alert => c"\x011",
        Level::Crit => c"\x012",
        Level::Err => c"\x013",
        Level::Warning => c"\x014",
        Level::Notice => c"\x015",
        Level::Info => c"\x016",
    };
    let Ok(prefix) = CStr::from_bytes_with_nul(prefix) else {
        return;
    };
    Line::begin(Some((level, prefix))).write(args);
}

/// Goes on with the line before.
pub(crate) fn print_cont(args: fmt::Arguments<'_>) {
    Line::begin(None).write(args);
}

/// A line on its way to the log.
struct Line {
    /// The level and the prefix, until the first chunk is out.
    begin: Option<(&'static CStr, &'static CStr)>,
    chunk: [u8; CHUNK],
    length: usize,
}

impl Line {
    fn begin(begin: Option<(&'static CStr, &'static CStr)>) -> Self {
        Self {
            begin,
            chunk: [0; CHUNK],
            length: 0,
        }
    }

    /// Formats the line, and writes what is left of it at the end.
    fn write(mut self, args: fmt::Arguments<'_>) {
        // `write_str` never fails; an error could only come from what is displayed, as part of
        // which nothing but itself would be missing.
        let _ = fmt::Write::write_fmt(&mut self, args);
        self.flush();
    }

    /// Hands the chunk to C.
    fn flush(&mut self) {
        let text = self.chunk.as_ptr();
        // Not more than CHUNK.
        let length = self.length as crate::ffi::c_int;
        match self.begin.take() {
            // SAFETY: The strings end with a NUL; the text is as long as it says.
            Some((level, prefix)) => unsafe {
                bindings::livepatch_helper_printk(
                    level.as_ptr().cast(),
                    prefix.as_ptr().cast(),
                    text.cast(),
                    length,
                )
            },
            // SAFETY: The text is as long as it says.
            None => unsafe { bindings::livepatch_helper_printk_cont(text.cast(), length) },
        }
        self.length = 0;
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.length == CHUNK {
                self.flush();
            }
            if let Some(place) = self.chunk.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }
        Ok(())
    }
}
