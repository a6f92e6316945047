// SPDX-License-Identifier: GPL-2.0

//! A parameter that Rust would write to.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param]
    static mut QUIET: Param<bool> = Param::new(false);
}
