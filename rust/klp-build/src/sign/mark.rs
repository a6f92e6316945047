// SPDX-License-Identifier: GPL-2.0

//! What is kept beside a signed module: how, by whom, and what it was then.
//!
//! A signature does not tell a build whether the key that it has now would make the same one: ECDSA never does. The mark
//! does, and a build that changes nothing signs nothing.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The file that holds the mark of `module`.
pub(super) fn file_of(module: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(module.file_name().unwrap_or_default());
    name.push(".signed");

    module.with_file_name(name)
}

/// The mark of a module that is signed with a key, its certificate, and a hash.
pub(super) fn text(signed: &[u8], key: &str, certificate: &[u8], hash: &str) -> String {
    let mut text = format!("{hash}\n{key}\n");

    for bytes in [certificate, signed] {
        for byte in Sha256::digest(bytes) {
            // A string takes all that is written to it.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file() {
        assert_eq!(file_of(Path::new("a/b.ko")), Path::new("a/.b.ko.signed"));
        assert_eq!(file_of(Path::new("b.ko")), Path::new(".b.ko.signed"));
    }

    #[test]
    fn each_part_counts() {
        let mark = text(b"module", "key", b"certificate", "sha256");

        assert_eq!(mark, text(b"module", "key", b"certificate", "sha256"));
        for other in [
            text(b"other", "key", b"certificate", "sha256"),
            text(b"module", "other", b"certificate", "sha256"),
            text(b"module", "key", b"other", "sha256"),
            text(b"module", "key", b"certificate", "sha512"),
        ] {
            assert_ne!(mark, other);
        }
    }
}
