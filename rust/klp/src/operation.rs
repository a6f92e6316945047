// SPDX-License-Identifier: GPL-2.0

//! Loads livepatches and takes them back: one engine for all faces, which differ in what they say of its [`Event`]s.
//!
//! ```text
//!  load ──► not there ─────► init_module() ─────┐
//!       ├─► disabled ──────► enabled = 1 ───────┼─► wait ──► complete
//!       └─► enabled ────────────────────────────┘     └────► stalled ──► signal, wait ──► stalled: take it back
//!
//!  unload ──► enabled = 0 ──► wait ──► nobody uses the module ──► delete_module()
//! ```
//!
//! The caller has the [`crate::lock::Lock`].

mod event;
mod load;
#[cfg(test)]
mod tests;
mod unload;
mod wait;

use std::time::Duration;

pub use event::{Event, Observer};
pub use load::{load, LoadError, Loaded};
pub use unload::{disable, remove, unload, UnloadError};
pub use wait::{settle, signal, transition_patch};

/// How long and how often something is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long a transition is waited for.
    pub transition: Duration,
    /// How long it is waited for once more, after the tasks that it waits for were signalled.
    pub signalled: Duration,
    /// How long it is waited for that nobody uses a module.
    pub refcnt: Duration,
    /// How often the kernel is asked when it is busy.
    pub attempts: u32,
    /// How long it is left alone before it is asked again.
    pub interval: Duration,
    /// Whether a livepatch whose transition stalls is taken back.
    pub revert: bool,
}

impl Limits {
    /// Those of kpatch.
    pub const KPATCH: Self = Self {
        transition: Duration::from_secs(15),
        signalled: Duration::from_secs(60),
        refcnt: Duration::from_secs(15),
        attempts: 5,
        interval: Duration::from_secs(2),
        revert: true,
    };
}
