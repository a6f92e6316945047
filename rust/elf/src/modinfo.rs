// SPDX-License-Identifier: GPL-2.0

//! The entries of `.modinfo`.

/// Returns the entries of the bytes of a `.modinfo` section, as keys and values.
///
/// What is no entry, since it has no `=` or is no UTF-8, is left out.
///
/// # Examples
///
/// ```
/// let entries: Vec<_> = livepatch_elf::modinfo(b"license=GPL\0\0name=a\0").collect();
/// assert_eq!(entries, [("license", "GPL"), ("name", "a")]);
/// ```
pub fn modinfo(bytes: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    bytes
        .split(|&byte| byte == 0)
        .filter_map(|entry| std::str::from_utf8(entry).ok()?.split_once('='))
}
