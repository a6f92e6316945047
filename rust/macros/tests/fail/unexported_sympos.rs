// SPDX-License-Identifier: GPL-2.0

//! Positions that are none.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    unsafe extern "C" {
        #[sympos(-1)]
        fn negative();
        #[sympos("2")]
        fn text();
        #[sympos(99999999999)]
        fn great();
        #[sympos]
        fn nothing();
        #[sympos = 1]
        fn equals();
        #[sympos(1)]
        #[sympos(2)]
        fn twice();
        #[cfg_attr(CONFIG_NET, sympos(2))]
        fn conditional();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}
