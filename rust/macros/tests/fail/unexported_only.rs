// SPDX-License-Identifier: GPL-2.0

//! A fix that declares symbols and does nothing with them.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported(object = "pktgen")]
    unsafe extern "C" {
        fn used_by_nobody();
    }
}
