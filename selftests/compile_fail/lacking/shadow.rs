// SPDX-License-Identifier: GPL-2.0

//! Shadow variables.

use core::sync::atomic::AtomicU32;
use livepatch::prelude::*;

// SAFETY: No other livepatch of ours uses the number; a counter needs no drop.
static READS: Shadow<AtomicU32> = unsafe { Shadow::new(1) };
//~^ ERROR this kernel has no klp_shadow_alloc(), which shadow variables need
