// SPDX-License-Identifier: GPL-2.0

//! An attribute for functions on something else.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    static OLD: c_int = 0;

    #[replace]
    struct Old;

    #[replace]
    type Alias = c_int;

    #[replace]
    const NUMBER: c_int = 0;

    #[replace]
    mod old {}
}
