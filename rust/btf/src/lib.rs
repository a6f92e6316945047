// SPDX-License-Identifier: GPL-2.0

//! Reads BTF, the type information of a kernel and of its modules.
//!
//! ```text
//!  vmlinux's .BTF ──► Btf::parse() ──────────────► types 1..n
//!                          │ base
//!  module's .BTF ──► Btf::parse_split() ─────────► types n+1..m, which refer to those of the base
//!  module's .BTF.base ──► Btf::parse_distilled() ► the same, for a module that was built for several kernels
//! ```
//!
//! A reader of its own, because what the tools need goes together nowhere else: the byte order is the target's and not this
//! machine's, many modules share the one base, a lookup by name among some 150,000 types takes milliseconds, and no input, however
//! broken, makes it panic, loop or take memory out of proportion.
//!
//! A file is read in two steps. [`Btf::parse()`] finds where each type is, and refuses a file that cannot be taken apart; what a
//! type refers to is looked at when it is asked for, and can be wrong even then.
//!
//! # Examples
//!
//! ```no_run
//! use livepatch_btf::{Btf, Kind};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let btf = Btf::parse(std::fs::read("/sys/kernel/btf/vmlinux")?)?;
//! for func in btf.functions("cmdline_proc_show") {
//!     // int (struct seq_file *m, void *v)
//!     println!("{}", btf.format_prototype(func));
//! }
//! for id in btf.find(Kind::Struct, "seq_file") {
//!     println!("{} bytes", btf.size_of(id)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Document: `Documentation/bpf/btf.rst`. C header: `include/uapi/linux/btf.h`.

mod btf;
mod bytes;
mod decode;
mod error;
mod format;
mod header;
mod index;
mod kind;
mod resolve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod types;

pub use btf::Btf;
pub use bytes::ByteOrder;
pub use error::Error;
pub use kind::Kind;
pub use resolve::BitField;
pub use types::{
    Array, Composite, Enum, Enumerator, Func, FuncProto, Int, Linkage, Member, Param, SectionVar,
    Type, TypeId,
};
