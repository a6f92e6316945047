// SPDX-License-Identifier: GPL-2.0

//! The types of parameters.

use livepatch::bindings::kernel_param_ops;
use livepatch::params::{CharP, HexInt, InvBool, ParamType, Text};
use livepatch::prelude::*;

struct Own(c_int);

// SAFETY: The kernel never knows a parameter of the type.
unsafe impl ParamType for Own {
    const TYPE: &'static str = "int";
    const OPS: Result<*const kernel_param_ops, &'static str> = Ok(core::ptr::null());
}

#[livepatch::fix(title = "parameters")]
mod fix {
    use super::*;

    #[param(description = "u8")]
    static BYTE: Param<u8> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_byte

    #[param(description = "i16")]
    static SHORT: Param<i16> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_short

    #[param(description = "u16")]
    static USHORT: Param<u16> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_ushort

    #[param(description = "c_int")]
    static INT: Param<c_int> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_int

    #[param(description = "c_uint")]
    static UINT: Param<c_uint> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_uint

    #[param(description = "c_long")]
    static LONG: Param<c_long> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_long

    #[param(description = "c_ulong")]
    static ULONG: Param<c_ulong> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_ulong

    #[param(description = "u64")]
    static ULLONG: Param<u64> = Param::new(0);
    //~^ ERROR this kernel has no param_ops_ullong

    #[param(description = "HexInt")]
    static HEXINT: Param<HexInt> = Param::new(HexInt(0));
    //~^ ERROR this kernel has no param_ops_hexint

    #[param(description = "bool")]
    static BOOL: Param<bool> = Param::new(false);
    //~^ ERROR this kernel has no param_ops_bool

    #[param(description = "InvBool")]
    static INVBOOL: Param<InvBool> = Param::new(InvBool(false));
    //~^ ERROR this kernel has no param_ops_invbool

    #[param(description = "CharP")]
    static CHARP: Param<CharP> = Param::new(CharP::NONE);
    //~^ ERROR this kernel has no param_ops_charp

    #[param(description = "Text")]
    static STRING: Param<Text<8>> = Param::new(Text::new(c""));
    //~^ ERROR this kernel has no param_ops_string

    #[param(description = "an array")]
    static ARRAY: Param<[c_int; 2]> = Param::new([0; 2]);
    //~^ ERROR this kernel has no param_ops_int

    #[param(description = "an array of a type that there is")]
    static OWN: Param<[Own; 2]> = Param::new([Own(0), Own(0)]);
    //~^ ERROR this kernel has no param_array_ops

    #[init]
    fn init() -> Result {
        Ok(())
    }
}

livepatch! {
    description: "Parameters",
    fixes: [fix],
}
