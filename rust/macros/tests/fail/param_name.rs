// SPDX-License-Identifier: GPL-2.0

//! Names that are no identifiers of C.

#[livepatch::fix(title = "test")]
mod test {
    #[replace]
    unsafe extern "C" fn old() {}

    #[param(name = "a-b")]
    static P0: Param<c_int> = Param::new(0);

    #[param(name = "a.b")]
    static P1: Param<c_int> = Param::new(0);

    #[param(name = "")]
    static P2: Param<c_int> = Param::new(0);

    #[param(name = "2nd")]
    static P3: Param<c_int> = Param::new(0);

    #[param(name = "pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp")]
    static P4: Param<c_int> = Param::new(0);
}
