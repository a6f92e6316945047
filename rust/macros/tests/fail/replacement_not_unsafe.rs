// SPDX-License-Identifier: GPL-2.0

//! A replacement without the claim of its author.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    extern "C" fn old() {}
}
