// SPDX-License-Identifier: GPL-2.0

//! Arguments of blocks.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported(object = "a-b")]
    unsafe extern "C" {
        fn dash();
    }

    #[unexported(sympos = 2)]
    unsafe extern "C" {
        fn position();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::unexported]
unsafe extern "C" {
    fn outside_of_a_fix();
}
