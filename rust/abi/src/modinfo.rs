// SPDX-License-Identifier: GPL-2.0

//! The entries of a module's `.modinfo` section.
//!
//! The section is a sequence of NUL-terminated strings, each of which reads:
//!
//! ```text
//! license=GPL
//! [A]     [B]
//!
//! [A]  key, one of the constants of this module
//! [B]  value: any bytes but NUL, and no line break, since tools print an entry as one line
//! ```

use core::fmt;

/// The licence of the module; the kernel decides by it which symbols the module may use.
pub const LICENSE: &str = "license";

/// The values of [`LICENSE`] that the kernel takes for compatible with its own.
///
/// C header: `include/linux/license.h`.
pub const GPL_COMPATIBLE: [&str; 6] = [
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
];

/// An author of the module; one entry for each.
pub const AUTHOR: &str = "author";

/// What the module is, in one line.
pub const DESCRIPTION: &str = "description";

/// The version of the module, as its author counts.
pub const VERSION: &str = "version";

/// The mark of a livepatch; without it `klp_enable_patch()` refuses the module.
///
/// C header: `include/linux/livepatch.h`.
pub const LIVEPATCH: &str = "livepatch";

/// The value of [`LIVEPATCH`].
pub const LIVEPATCH_YES: &str = "Y";

/// The description of a parameter: `parm=<name>:<text>`.
pub const PARM: &str = "parm";

/// The type of a parameter, for people and `modinfo`: `parmtype=<name>:<type>`.
pub const PARMTYPE: &str = "parmtype";

/// A fix that the livepatch is made of, one entry for each; the value is a [`Fix`].
pub const FIX: &str = "fix";

/// What else is written about a fix, one entry for each: `fix_reference=<id>: <text>`.
///
/// The text is a bug, a commit or an address, as the author names it.
pub const FIX_REFERENCE: &str = "fix_reference";

/// How bad it is not to have a fix: `fix_severity=<id>: <low, moderate, important or critical>`.
pub const FIX_SEVERITY: &str = "fix_severity";

/// The value of a [`FIX`] entry.
///
/// ```text
/// cmdline: proc: say that the kernel is patched (CVE-2026-12345, CVE-2026-12346)
/// [A]      [B]                                  [C]
///
/// [A]  id of the fix; holds no colon
/// [B]  title
/// [C]  the CVEs that it fixes; absent with the space before it when there are none
/// ```
///
/// # Examples
///
/// ```
/// use livepatch_abi::modinfo::Fix;
///
/// let fix = Fix { id: "cmdline", title: "proc: a title", cves: &["CVE-2026-12345"] };
/// assert_eq!(fix.to_string(), "cmdline: proc: a title (CVE-2026-12345)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fix<'a, S> {
    /// The identifier of the fix.
    pub id: &'a str,
    /// What it changes, in one line.
    pub title: &'a str,
    /// The CVEs that it fixes.
    pub cves: &'a [S],
}

impl<S: AsRef<str>> fmt::Display for Fix<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, title, cves } = self;

        write!(f, "{id}: {title}")?;
        for (position, cve) in cves.iter().enumerate() {
            f.write_str(if position == 0 { " (" } else { ", " })?;
            f.write_str(cve.as_ref())?;
        }
        if !cves.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}
