// SPDX-License-Identifier: GPL-2.0

//! The administrator's tool: loads livepatches, watches and explains what becomes of them, and takes them back.
//!
//! ```text
//!  klp, kpatch, kgr          face: what the command line looks like, and what is printed
//!        │
//!        ▼
//!  operations                load, unload, wait, install, explain, boot
//!        │
//!        ▼
//!  sysfs, proc, files        what the kernel says of itself, module files, the tool's own files
//!        │
//!        ▼
//!  system                    paths below one root, system calls, the time
//! ```
//!
//! Only `main` touches the process: it makes the [`system::System`], prints errors and exits.

pub mod boot;
pub mod doctor;
pub mod exit;
pub mod face;
pub mod functions;
pub mod guard;
pub mod guarded;
pub mod journal;
pub mod lifecycle;
pub mod lock;
pub mod manual;
pub mod module_file;
pub mod operation;
pub mod output;
pub mod package;
pub mod paths;
pub mod policy;
pub mod proc;
pub mod report;
pub mod signer;
pub mod stall;
pub mod store;
pub mod sysfs;
pub mod system;
pub mod text;
pub mod transition;
