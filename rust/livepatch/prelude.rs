// SPDX-License-Identifier: GPL-2.0

//! What almost every livepatch needs.
//!
//! C declarations are not part of it: name those that a fix uses.
//!
//! ```
//! use livepatch::bindings::seq_file;
//! use livepatch::prelude::*;
//! # fn main() {}
//! ```

pub use crate::alloc::{Flags, KBox, GFP_ATOMIC, GFP_KERNEL};
pub use crate::error::{code::*, Error, Result};
pub use crate::ffi::{
    c_char, c_int, c_long, c_longlong, c_schar, c_short, c_uchar, c_uint, c_ulong, c_ulonglong,
    c_ushort, c_void,
};
pub use crate::params::{CharP, HexInt, InvBool, Text};
pub use crate::{
    livepatch, AtomicContext, Constructor, Destructor, Module, ModuleData, ModuleState, Object,
    Param, SeqFile, Shadow, State, StateRef,
};
pub use crate::{
    pr_alert,
    pr_cont,
    pr_crit,
    pr_emerg,
    pr_err,
    pr_info,
    pr_notice,
    pr_warn,
    seq_print, //
};
