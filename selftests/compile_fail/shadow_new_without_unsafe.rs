// SPDX-License-Identifier: GPL-2.0

//! That nobody else uses the id of a shadow variable for another type is its author's claim.

use livepatch::prelude::*;

static READS: Shadow<c_int> = Shadow::new(1);
//~^ ERROR E0133: call to unsafe function `livepatch::Shadow::<T>::new`
