// SPDX-License-Identifier: GPL-2.0

//! Functions with an entry in C.

/// Shows the answer.
#[livepatch::traceable]
pub(crate) unsafe extern "C" fn answer_show(m: *mut seq_file, mut _v: *mut c_void) -> c_int {
    show(m, 42)
}

#[livepatch::traceable]
#[inline(never)]
unsafe extern "C" fn answer_work(Item { work }: Item) {}

livepatch::module! {
    description: "A module",
}
