// SPDX-License-Identifier: GPL-2.0

//! A negative time in a sysctl reads as it was written.

use livepatch::prelude::*;

#[livepatch::fix(
    id = "sysctl_negative",
    title = "sysctl: negate before converting in the int read path",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.10"],
    severity = "low"
)]
pub(crate) mod fix {
    use super::*;

    /// Replaces `proc_int_k2u_conv_kop()`, kernel/sysctl.c.
    ///
    /// The conversion divides: it needs the absolute value, and not a huge number that stands for a
    /// negative one.
    #[replace]
    unsafe extern "C" fn proc_int_k2u_conv_kop(
        u_ptr: *mut c_ulong,
        k_ptr: *const c_int,
        negp: *mut bool,
        k_ptr_op: Option<unsafe extern "C" fn(c_ulong) -> c_ulong>,
    ) -> c_int {
        // SAFETY: The caller passes the variable of the sysctl, which others may write meanwhile.
        let val = unsafe { k_ptr.read_volatile() };
        let mut u = val.unsigned_abs() as c_ulong;

        if let Some(k_ptr_op) = k_ptr_op {
            // SAFETY: Conversions of times take any number.
            u = unsafe { k_ptr_op(u) };
        }
        // SAFETY: The caller passes variables for the sign and the number.
        unsafe { negp.write(val < 0) };
        // SAFETY: As above.
        unsafe { u_ptr.write(u) };
        0
    }
}
