// SPDX-License-Identifier: GPL-2.0

//! An attribute for statics on something else.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param]
    const QUIET: bool = false;
}

#[livepatch::param]
fn quiet() {}
