// SPDX-License-Identifier: GPL-2.0

//! The ELF note in which a livepatch says what it is.
//!
//! The kernel shows it in `/sys/module/<module>/notes/.note.livepatch`, to everybody, so a running
//! kernel tells what is fixed in it without a package database.
//!
//! It is an ordinary note: section [`SECTION`], name [`OWNER`], type [`VERSION_1`]. The descriptor
//! is at most [`MAX_DESCRIPTOR`] bytes of UTF-8: a sequence of fields, each `<key>=<value>` and a
//! NUL. Padding after the last field is NULs.
//!
//! ```text
//! name=cumulative            the module's name; first, once
//! version=3-1                version-release; once, without a dash if there is no release, absent if there is no version
//! replace=yes                whether it replaces the livepatches that are there, yes or no; absent when that is decided at load
//! kernel=7.2.9+deb13-amd64   the release of the kernel that it was built for; once
//! build_id=5d1c..            the build id of that kernel, in hexadecimal; absent when it was not known
//! date=1790000000            when it was built, in seconds since 1970; once
//! fix=fanout_race            the id of a fix; what follows, to the next fix, is about it
//! title=net: close a race    in one line; once
//! cve=CVE-2026-12345         any number
//! reference=bsc#123          any number: a bug, a commit, an address
//! severity=important         low, moderate, important or critical; absent when the author gave none
//! function=vmlinux:foo,0     any number: object, function and sympos that the fix replaces
//! ```
//!
//! A reader skips keys that it does not know. A change that older readers would misunderstand gets
//! a new type; a module may carry several notes.
//!
//! The macros put what they know of the fixes, from the first `fix=` on, with `version=` and `replace=`
//! before it, into the section [`FIXES_SECTION`], and a single NUL if they know nothing; `klp-build link`
//! makes the note of it. The section is for the link only: the kernel shows notes, and no other sections'
//! bytes.

/// The section of the note.
pub const SECTION: &str = ".note.livepatch";

/// The name in the note, without its NUL.
pub const OWNER: &str = "rust-livepatch";

/// The type of the note whose format this module describes.
pub const VERSION_1: u32 = 1;

/// The most bytes that a descriptor has.
pub const MAX_DESCRIPTOR: usize = 64 * 1024;

/// The most bytes that the macros leave for it; the rest is for what is known at the link.
pub const MAX_FIXES: usize = MAX_DESCRIPTOR - 1024;

/// The section in which the macros leave the fields of the fixes to `klp-build link`.
pub const FIXES_SECTION: &str = ".livepatch.fixes";

/// The keys of the fields.
pub mod key {
    /// The name of the module.
    pub const NAME: &str = "name";
    /// The version and release of the livepatch.
    pub const VERSION: &str = "version";
    /// Whether it replaces the livepatches that are there.
    pub const REPLACE: &str = "replace";
    /// The release of the kernel.
    pub const KERNEL: &str = "kernel";
    /// The build id of the kernel.
    pub const BUILD_ID: &str = "build_id";
    /// When the livepatch was built.
    pub const DATE: &str = "date";
    /// The id of a fix.
    pub const FIX: &str = "fix";
    /// What a fix changes.
    pub const TITLE: &str = "title";
    /// A CVE that a fix fixes.
    pub const CVE: &str = "cve";
    /// A bug, a commit or an address.
    pub const REFERENCE: &str = "reference";
    /// How bad it is not to have a fix.
    pub const SEVERITY: &str = "severity";
    /// A function that a fix replaces.
    pub const FUNCTION: &str = "function";
}

/// The value of [`key::REPLACE`] of a livepatch that replaces the others.
pub const YES: &str = "yes";

/// The value of [`key::REPLACE`] of one that does not.
pub const NO: &str = "no";

/// Returns the fields of a descriptor, or of [`FIXES_SECTION`], in their order.
///
/// What is no field, since it has no `=` or is no UTF-8, is left out.
///
/// # Examples
///
/// ```
/// let fields: Vec<_> = livepatch_abi::note::fields(b"name=a\0fix=b\0\0\0").collect();
/// assert_eq!(fields, [("name", "a"), ("fix", "b")]);
/// ```
pub fn fields(descriptor: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    descriptor
        .split(|&byte| byte == 0)
        .filter_map(|field| core::str::from_utf8(field).ok()?.split_once('='))
}
