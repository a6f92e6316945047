// SPDX-License-Identifier: GPL-2.0

//! Names that no function of the kernel has.

#[livepatch::fix(title = "test")]
mod test {
    #[replace(name = "")]
    unsafe extern "C" fn empty() {}

    #[replace(name = "a-b")]
    unsafe extern "C" fn dash() {}

    #[replace(name = "old function")]
    unsafe extern "C" fn space() {}

    #[replace(name = "für")]
    unsafe extern "C" fn letter() {}
}
