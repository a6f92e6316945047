// SPDX-License-Identifier: GPL-2.0

//! The files of types that a fix takes from the kernel's BTF.
//!
//! `klp-build bindings` writes one for each `livepatch::btf!`, before the fix is compiled; the macro includes it.

use core::fmt;

/// What the name of such a file begins with.
///
/// Kbuild, `scripts/modules` and `.gitignore` spell it as well.
pub const PREFIX: &str = "btf_generated_";

/// The name of the file for one list of items: the same list has the same name, in every fix.
///
/// ```text
/// btf_generated_a3ebe846a6df467a.rs
///               [A]
///
/// [A]  FNV-1a, 64 bits, of the object and of each item in its place: a byte 0xff, its kind, a blank, its name
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(u64);

impl FileName {
    /// Makes the name for items of an object, each with its kind (`struct`, `fn`, .., empty if the list does not say) and its name.
    ///
    /// # Examples
    ///
    /// ```
    /// use livepatch_abi::btf::FileName;
    ///
    /// let name = FileName::new("af_packet", [("", "packet_sock"), ("fn", "fanout_demux_hash")]);
    /// assert_eq!(name.to_string(), "btf_generated_a3ebe846a6df467a.rs");
    /// ```
    pub fn new<'a>(object: &str, items: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut name = Self(0xcbf2_9ce4_8422_2325);

        name.hash(object);
        for (kind, item) in items {
            // No byte of UTF-8.
            name.byte(0xff);
            name.hash(kind);
            name.byte(b' ');
            name.hash(item);
        }
        name
    }

    fn hash(&mut self, text: &str) {
        for byte in text.bytes() {
            self.byte(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{:016x}.rs", self.0)
    }
}
