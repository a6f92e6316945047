// SPDX-License-Identifier: GPL-2.0

//! The files of the tool itself, each spelled once.

/// What the administrator allows, and prefers: see [`crate::policy`].
pub const POLICY: &str = "/etc/livepatch/klp.toml";
