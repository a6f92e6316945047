// SPDX-License-Identifier: GPL-2.0

//! An id for many types.

#[livepatch::fix(title = "test")]
mod test {
    #[state(id = 1, version = 1)]
    struct Saved<T>(T);

    #[state(id = 2, version = 1)]
    struct Borrowed<'a>(&'a ());
}
