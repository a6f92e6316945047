// SPDX-License-Identifier: GPL-2.0

//! What is known about livepatches: what they are, what they fix, whether that is in force, and where they came from.
//!
//! ```text
//!  /sys/kernel/livepatch/<name>           what the kernel does with it
//!  /sys/module/<name>/notes/..            what it says of itself
//!  /usr/share/livepatch/info/<name>-..    what its package says, prepared when it was built
//!  rpm, dpkg                              what its package's change log says
//! ```
//!
//! The first that knows what is fixed is believed: the note is part of what runs.

mod fix;
mod info_file;
mod installed;
mod livepatch;
mod origin;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use self::fix::{Fix, FixState};
pub use self::installed::{inactive, Inactive};
pub use self::livepatch::{all, Livepatch, Source};
pub use self::origin::{origin, Origin, OriginError};
