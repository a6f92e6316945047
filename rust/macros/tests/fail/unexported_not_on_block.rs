// SPDX-License-Identifier: GPL-2.0

//! An attribute for a block on something else.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    fn function() {}

    #[unexported]
    static STATIC: c_int = 0;

    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::unexported(object = "vmlinux")]
fn outside() {}
