// SPDX-License-Identifier: GPL-2.0

//! A number of seconds that is too large for a sysctl is refused, and not taken for another one.

use livepatch::bindings::CONFIG_HZ;
use livepatch::prelude::*;

#[livepatch::fix(
    id = "sysctl_jiffies",
    title = "time/jiffies: saturate in mult_hz() instead of wrapping",
    references = ["https://www.kernel.org/pub/linux/kernel/v7.x/ChangeLog-7.2.10"],
    severity = "low"
)]
pub(crate) mod fix {
    use super::*;

    /// How often a second the timer ticks. `HZ` itself is two macros in the headers, and bindgen takes
    /// the one for user space.
    const HZ: c_ulong = CONFIG_HZ as c_ulong;

    /// Replaces `mult_hz()`, kernel/time/jiffies.c.
    ///
    /// Whoever calls it refuses what does not fit into an `int`.
    #[replace]
    unsafe extern "C" fn mult_hz(val: c_ulong) -> c_ulong {
        if val >= c_ulong::MAX / HZ {
            return c_ulong::MAX;
        }
        val * HZ
    }
}
