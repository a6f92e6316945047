// SPDX-License-Identifier: GPL-2.0

//! The platform of kernels with CONFIG_RUST: their `kernel` crate.

/// Errors of the kernel.
pub mod error {
    pub use kernel::error::{code, to_result, Error, Result};
}

/// The kernel's log.
pub(crate) mod print {
    use core::fmt;
    use kernel::print::{call_printk, call_printk_cont, format_strings};

    use crate::print::Level;

    /// Writes a line, behind the module's name.
    ///
    /// `prefix` is the module's name with a NUL at its end.
    pub(crate) fn print(level: Level, prefix: &'static [u8], args: fmt::Arguments<'_>) {
        let format = match level {
            Level::Emerg => &format_strings::EMERG,
            Level::Alert => &format_strings::ALERT,
            Level::Crit => &format_strings::CRIT,
            Level::Err => &format_strings::ERR,
            Level::Warning => &format_strings::WARNING,
            Level::Notice => &format_strings::NOTICE,
            Level::Info => &format_strings::INFO,
        };
        if prefix.last() != Some(&0) {
            return;
        }
        // SAFETY: The format is one of the fixed ones, and the prefix was just seen to end with a
        // NUL.
        unsafe { call_printk(format, prefix, args) };
    }

    /// Goes on with the line before.
    pub(crate) fn print_cont(args: fmt::Arguments<'_>) {
        call_printk_cont(args);
    }
}
