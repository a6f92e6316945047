// SPDX-License-Identifier: GPL-2.0

//! Strings that would do something to a terminal.

#[livepatch::fix(title = "a\x1b[31mb", references = ["a\tb"])]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}
}

livepatch! {
    description: "a\u{9b}b",
    fixes: [],
}
