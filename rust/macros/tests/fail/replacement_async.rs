// SPDX-License-Identifier: GPL-2.0

//! A replacement that has to be polled.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    async unsafe extern "C" fn old() {}
}
