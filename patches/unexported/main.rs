// SPDX-License-Identifier: GPL-2.0

//! Uses what the kernel and a module of it do not export.
//!
//! /proc/cmdline says what it said before, and then what /proc/version says, through a static
//! function, and with intel_idle the values of two variables of one name. The files of pktgen's
//! threads say what its static function and variable say.

use livepatch::bindings::{seq_file, seq_printf};
use livepatch::prelude::*;

#[livepatch::fix(title = "proc: say in /proc/cmdline what only the kernel knows")]
mod cmdline {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        /// Of fs/proc/version.c.
        fn version_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int;
        /// Of init/main.c.
        static saved_command_line: *const c_char;
        /// The parameter of one of intel_idle and processor, which one is up to the linker.
        #[cfg(CONFIG_INTEL_IDLE)]
        #[sympos(1)]
        #[name("max_cstate")]
        static first_max_cstate: c_uint;
        /// The parameter of the other.
        #[cfg(CONFIG_INTEL_IDLE)]
        #[sympos(2)]
        #[name("max_cstate")]
        static second_max_cstate: c_uint;
    }

    /// Replaces `cmdline_proc_show()`, fs/proc/cmdline.c.
    #[replace]
    unsafe extern "C" fn cmdline_proc_show(m: *mut seq_file, v: *mut c_void) -> c_int {
        // SAFETY: init/main.c sets it before there are files.
        let line = unsafe { saved_command_line };
        // SAFETY: The caller, seq_read_iter(), passes the open file; the line is a string.
        unsafe { seq_printf(m, c"%s\n".as_ptr().cast(), line) };
        #[cfg(CONFIG_INTEL_IDLE)]
        for variable in [&raw const first_max_cstate, &raw const second_max_cstate] {
            // SAFETY: They are set at boot.
            let value = unsafe { variable.read() };
            // SAFETY: As above; the format takes a pointer and a number.
            unsafe {
                seq_printf(
                    m,
                    c"max_cstate at %px is %u\n".as_ptr().cast(),
                    variable,
                    value,
                )
            };
        }
        // SAFETY: It is a function of the same sort, which uses nothing but the file.
        unsafe { version_proc_show(m, v) }
    }
}

#[livepatch::fix(title = "pktgen: say what the threads have", object = "pktgen")]
mod pktgen {
    use super::*;

    #[unexported]
    unsafe extern "C" {
        /// Writes /proc/net/pktgen/pgctrl.
        fn pgctrl_show(seq: *mut seq_file, v: *mut c_void) -> c_int;
        static pg_count_d: c_int;
    }

    /// Replaces `pktgen_thread_show()`, net/core/pktgen.c.
    #[replace]
    unsafe extern "C" fn pktgen_thread_show(seq: *mut seq_file, v: *mut c_void) -> c_int {
        // SAFETY: The module sets it when it is loaded.
        let count = unsafe { pg_count_d };
        // SAFETY: The caller, seq_read_iter(), passes the open file; the format takes a number.
        unsafe { seq_printf(seq, c"pg_count_d: %d\n".as_ptr().cast(), count) };
        // SAFETY: It is a function of the same sort, which uses nothing but the file.
        unsafe { pgctrl_show(seq, v) }
    }
}

livepatch! {
    description: "Uses symbols that are not exported",
    fixes: [cmdline, pktgen],
}
