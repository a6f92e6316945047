// SPDX-License-Identifier: GPL-2.0

//! What a kernel has: symbols, exports, ftrace sites and types, indexed.
//!
//! ```text
//!  Sources ─► Kernel ─┬─► object("vmlinux") ─► Object ─┬─► symbols(name), resolve(name, sympos)
//!  where to look      ├─► object("af_packet")          ├─► clones(name), similar(name)
//!                     ├─► export(symbol)               └─► btf()
//!                     └─► release(), build_id(), config(name), btf()
//! ```
//!
//! Every source is optional. What no source tells is [`Unknown`], and never guessed; a source that is there and cannot be
//! read is an [`Error`].
//!
//! The symbol table of a kernel is a text of 200,000 lines. It is read once, into a file of the cache directory that can be
//! searched; see `store` for when such a file is believed.
//!
//! # Examples
//!
//! ```no_run
//! use std::path::Path;
//! use livepatch_symbols::{Kernel, Lookup, Sources};
//!
//! # fn main() -> Result<(), livepatch_symbols::Error> {
//! let sources = Sources::directory(Path::new("/kernels/7.3.4"))?;
//! let kernel = Kernel::open(&sources, None)?;
//!
//! if let Lookup::Found(vmlinux) = kernel.object("vmlinux")? {
//!     for symbol in vmlinux.symbols("cmdline_proc_show") {
//!         println!("{},{}: {:?}", symbol.name, symbol.position, symbol.ftrace);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod config;
mod error;
mod exports;
mod ftrace;
mod kallsyms;
mod kernel;
mod module;
mod modules;
mod name;
mod notes;
mod numbers;
mod object;
mod places;
mod section;
mod sources;
mod store;
mod symbol;
mod table;
#[cfg(test)]
mod testing;
mod types;
mod vmlinux;

pub use error::{Error, Part, Unknown};
pub use exports::Export;
pub use kernel::{Kernel, Lookup};
pub use object::{Object, Resolution};
pub use sources::Sources;
pub use symbol::{Kind, Site, Symbol};
