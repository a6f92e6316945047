// SPDX-License-Identifier: GPL-2.0

//! Printing to the kernel's log: `pr_info!()` and its siblings.
//!
//! A line begins with the module's name, as with `pr_fmt(KBUILD_MODNAME ": ")` in C.
//!
//! C header: `include/linux/printk.h`.

use crate::bindings;
use core::ffi::CStr;
use core::fmt;

/// How urgent a line is.
#[derive(Clone, Copy)]
pub enum Level {
    /// `KERN_EMERG`.
    Emerg,
    /// `KERN_ALERT`.
    Alert,
    /// `KERN_CRIT`.
    Crit,
    /// `KERN_ERR`.
    Err,
    /// `KERN_WARNING`.
    Warning,
    /// `KERN_NOTICE`.
    Notice,
    /// `KERN_INFO`.
    Info,
}

/// Writes a line. The macros pass the prefix of the module that they are used in.
pub fn print(level: Level, prefix: &'static [u8], args: fmt::Arguments<'_>) {
    crate::platform::print::print(level, prefix, args);
}

/// Goes on with the line before.
pub fn print_cont(args: fmt::Arguments<'_>) {
    crate::platform::print::print_cont(args);
}

/// Says that the parameter `skip` names a fix that is not there, and which ones are.
pub(crate) fn no_such_fix(name: &CStr, fixes: impl Iterator<Item = &'static str> + Clone) {
    struct List<I>(I);
    impl<I: Iterator<Item = &'static str> + Clone> fmt::Display for List<I> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.clone().try_for_each(|fix| write!(f, " {fix}"))
        }
    }
    print(
        Level::Err,
        module_prefix(),
        format_args!(
            "skip: there is no fix '{}', the fixes are:{}\n",
            CStrDisplay(name),
            List(fixes)
        ),
    );
}

/// Returns the name of the module that this code is linked into, with its NUL.
fn module_prefix() -> &'static [u8] {
    let module: *mut bindings::module = crate::module::this_module();
    // SAFETY: The module that this code is part of is there while the code runs.
    let name = unsafe { &raw const (*module).name };
    // SAFETY: The loader ends the name with a NUL and never changes it.
    unsafe { CStr::from_ptr(name.cast()) }.to_bytes_with_nul()
}

/// Displays a C string, with what is no UTF-8 replaced.
pub(crate) struct CStrDisplay<'a>(pub(crate) &'a CStr);

impl fmt::Display for CStrDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.to_bytes().utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

/// Prints an emergency: the system is unusable.
#[macro_export]
macro_rules! pr_emerg {
    ($($arg:tt)*) => { $crate::__print!(Emerg, $($arg)*) };
}

/// Prints an alert: somebody must act at once.
#[macro_export]
macro_rules! pr_alert {
    ($($arg:tt)*) => { $crate::__print!(Alert, $($arg)*) };
}

/// Prints a critical condition.
#[macro_export]
macro_rules! pr_crit {
    ($($arg:tt)*) => { $crate::__print!(Crit, $($arg)*) };
}

/// Prints an error.
#[macro_export]
macro_rules! pr_err {
    ($($arg:tt)*) => { $crate::__print!(Err, $($arg)*) };
}

/// Prints a warning.
#[macro_export]
macro_rules! pr_warn {
    ($($arg:tt)*) => { $crate::__print!(Warning, $($arg)*) };
}

/// Prints something normal but significant.
#[macro_export]
macro_rules! pr_notice {
    ($($arg:tt)*) => { $crate::__print!(Notice, $($arg)*) };
}

/// Prints information.
///
/// # Examples
///
/// ```
/// # const __LOG_PREFIX: &[u8] = b"example\0";
/// use livepatch::prelude::*;
///
/// fn report(tasks: usize) {
///     pr_info!("{tasks} tasks to go\n");
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! pr_info {
    ($($arg:tt)*) => { $crate::__print!(Info, $($arg)*) };
}

/// Goes on with a line that another macro began without an end of line.
#[macro_export]
macro_rules! pr_cont {
    ($($arg:tt)*) => { $crate::print::print_cont(::core::format_args!($($arg)*)) };
}

/// Prints a line of the level, with the prefix of the crate that uses it.
#[doc(hidden)]
#[macro_export]
#[allow(clippy::crate_in_macro_def)]
macro_rules! __print {
    ($level:ident, $($arg:tt)*) => {
        $crate::print::print(
            $crate::print::Level::$level,
            crate::__LOG_PREFIX,
            ::core::format_args!($($arg)*),
        )
    };
}
