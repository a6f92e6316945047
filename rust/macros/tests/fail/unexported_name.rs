// SPDX-License-Identifier: GPL-2.0

//! Names that no symbol has.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    unsafe extern "C" {
        #[name("")]
        fn empty();
        #[name("a,1")]
        fn comma();
        #[name("a b")]
        fn space();
        #[name(1)]
        fn number();
        #[name = "a"]
        fn equals();
        #[name]
        fn nothing();
        #[name("a", "b")]
        fn two();
        #[name("a")]
        #[name("b")]
        fn twice();
        #[link_name = "c"]
        fn of_the_linker();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}
