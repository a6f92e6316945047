// SPDX-License-Identifier: GPL-2.0

//! Parameters that are read under the kernel's lock.

use livepatch::params::CharP;
use livepatch::prelude::*;

/// What the module's code can reach is compiled.
pub fn is_there(param: &Param<CharP>) -> bool {
    //~? ERROR this kernel has no kernel_param_lock()
    //~? ERROR this kernel has no kernel_param_unlock()
    param.with_str(|string| string.is_some())
}
