// SPDX-License-Identifier: GPL-2.0

//! Strings that C and `.modinfo` cannot hold.

#[livepatch::fix(title = "a\0b", references = ["a\nb"])]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}

livepatch! {
    description: "a\0b",
    author: "a\rb",
    fixes: [],
}
