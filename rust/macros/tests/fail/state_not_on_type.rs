// SPDX-License-Identifier: GPL-2.0

//! An attribute for types on something else.

#[livepatch::fix(title = "test")]
mod test {
    #[state(id = 1, version = 1)]
    fn saved() {}
}

#[livepatch::fix(title = "test")]
mod alias {
    #[state(id = 2, version = 1)]
    type Alias = c_int;
}
