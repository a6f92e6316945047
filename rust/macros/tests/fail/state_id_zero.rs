// SPDX-License-Identifier: GPL-2.0

//! The id that ends the table of states.

#[livepatch::fix(title = "test")]
mod test {
    #[state(id = 0, version = 1)]
    struct Saved;
}
