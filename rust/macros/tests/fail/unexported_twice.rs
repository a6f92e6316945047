// SPDX-License-Identifier: GPL-2.0

//! One symbol, declared twice.

#[livepatch::fix(title = "test")]
mod test {
    #[unexported]
    unsafe extern "C" {
        fn one();
        #[name("one")]
        fn one_again();
        #[sympos(1)]
        #[name("one")]
        fn one_of_several();
        #[sympos(2)]
        static two: c_int;
    }

    #[unexported(object = "vmlinux")]
    unsafe extern "C" {
        #[sympos(2)]
        #[name("two")]
        static two_again: c_int;
        #[cfg(CONFIG_NET)]
        fn one_if();
        #[name("one_if")]
        fn one_always();
    }

    #[replace]
    unsafe extern "C" fn old() {}
}

#[livepatch::unexported(object = "vmlinux")]
unsafe extern "C" {
    fn three();
    #[name("three")]
    fn three_again();
}
