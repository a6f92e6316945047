// SPDX-License-Identifier: GPL-2.0

//! A fix of which nobody knows what it is.

#[livepatch::fix()]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = "")]
mod empty {
    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::fix(title = 1)]
mod number {
    #[replace]
    unsafe extern "C" fn old() {}
}
