// SPDX-License-Identifier: GPL-2.0

//! Permissions that the kernel refuses.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param(mode = 666)]
    static P0: Param<c_int> = Param::new(0);

    #[param(mode = 0666)]
    static P1: Param<c_int> = Param::new(0);

    #[param(mode = 0o1000)]
    static P2: Param<c_int> = Param::new(0);

    #[param(mode = 0o222)]
    static P3: Param<c_int> = Param::new(0);

    #[param(mode = 0o446)]
    static P4: Param<c_int> = Param::new(0);

    #[param(mode = 0o044)]
    static P5: Param<c_int> = Param::new(0);

    #[param(mode = 0o404)]
    static P6: Param<c_int> = Param::new(0);

    #[param(mode = 0o464)]
    static P7: Param<c_int> = Param::new(0);

    #[param(mode = "0o444")]
    static P8: Param<c_int> = Param::new(0);

    #[param(mode = -1)]
    static P9: Param<c_int> = Param::new(0);

    #[param(mode = 70000)]
    static P10: Param<c_int> = Param::new(0);
}
