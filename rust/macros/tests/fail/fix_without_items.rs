// SPDX-License-Identifier: GPL-2.0

//! A fix that does nothing.

#[livepatch::fix(title = "test")]
mod test {
    #[param]
    static QUIET: Param<bool> = Param::new(false);

    fn helper() {}
}
