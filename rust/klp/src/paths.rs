// SPDX-License-Identifier: GPL-2.0

//! The files of the tool itself, each spelled once.

/// What the administrator allows, and prefers: see [`crate::policy`].
pub const POLICY: &str = "/etc/livepatch/klp.toml";

/// What the tool remembers.
pub const STATE: &str = "/var/lib/klp";

/// What was done, when and by whom: see [`crate::journal`].
pub const JOURNAL: &str = "/var/lib/klp/journal";

/// The journal before that.
pub const JOURNAL_OLD: &str = "/var/lib/klp/journal.old";

/// What was loaded at boot: see [`crate::boot::record`].
pub const BOOT: &str = "/var/lib/klp/boot";

/// The livepatches that are loaded at boot: a directory for each release of the kernel.
pub const INSTALLED: &str = "/var/lib/kpatch";

/// What keeps two of the tool from working at the same time.
pub const LOCK: &str = "/run/klp.lock";
