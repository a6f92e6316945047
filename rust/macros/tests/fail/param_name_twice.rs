// SPDX-License-Identifier: GPL-2.0

//! Two parameters of one name in a fix.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param]
    static QUIET: Param<bool> = Param::new(false);

    #[param(name = "quiet")]
    static OTHER: Param<bool> = Param::new(false);
}
