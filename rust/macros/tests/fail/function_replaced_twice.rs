// SPDX-License-Identifier: GPL-2.0

//! Two replacements of one function in a fix.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[replace(name = "old", object = "vmlinux")]
    unsafe extern "C" fn other() {}
}
