// SPDX-License-Identifier: GPL-2.0

//! The functions of shadow variables, each by itself.

use livepatch::alloc::GFP_KERNEL;
use livepatch::prelude::*;

/// What the module's code can reach is compiled.
pub fn all(shadow: &Shadow<c_int>, object: *const c_void) {
    //~? ERROR this kernel has no klp_shadow_get()
    let _ = shadow.get(object);
    //~? ERROR this kernel has no klp_shadow_alloc()
    let _ = shadow.alloc(object, GFP_KERNEL, |_| Ok(0));
    //~? ERROR this kernel has no klp_shadow_get_or_alloc()
    let _ = shadow.get_or_alloc(object, GFP_KERNEL, |_| Ok(0));
    //~? ERROR this kernel has no klp_shadow_free()
    shadow.free(object);
    //~? ERROR this kernel has no klp_shadow_free_all()
    shadow.free_all();
}
