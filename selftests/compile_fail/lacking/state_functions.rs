// SPDX-License-Identifier: GPL-2.0

//! The functions of system states.

use livepatch::prelude::*;

struct Saved;

static IDENTITY: livepatch::__private::StateIdentity = livepatch::__private::StateIdentity::new();

// SAFETY: No other type returns this static.
unsafe impl State for Saved {
    const ID: c_ulong = 1;
    const VERSION: c_uint = 1;

    fn identity() -> &'static livepatch::__private::StateIdentity {
        &IDENTITY
    }
}

/// What the module's code can reach is compiled.
pub fn has_prev(object: &mut Object) -> bool {
    //~? ERROR this kernel has no klp_get_state()
    //~? ERROR this kernel has no klp_get_prev_state()
    object
        .state::<Saved>()
        .is_some_and(|state| state.has_prev())
}
