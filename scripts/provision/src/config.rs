// SPDX-License-Identifier: GPL-2.0

//! A kernel's configuration, as far as building for it needs to know it.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;

/// The option that holds the first line of what `$(CC) --version` printed.
const CC_VERSION_TEXT: &str = "CONFIG_CC_VERSION_TEXT";

/// A kernel configuration (`.config`).
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    text: String,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.into(),
            text: files::read_to_string(path)?,
        })
    }

    /// The value of an option, without quotes; `None` when it is not set.
    ///
    /// # Arguments
    ///
    /// * `option` - its name, with `CONFIG_`
    pub fn get(&self, option: &str) -> Option<&str> {
        self.text.lines().find_map(|line| {
            let value = line.strip_prefix(option)?.strip_prefix('=')?;
            Some(
                value
                    .strip_prefix('"')
                    .and_then(|v| v.strip_suffix('"'))
                    .unwrap_or(value),
            )
        })
    }

    /// The value of an option that every configuration has.
    ///
    /// # Errors
    ///
    /// It is not set.
    pub fn need(&self, option: &'static str) -> Result<&str> {
        self.get(option).ok_or_else(|| Error::NoOption {
            path: self.path.clone(),
            option,
        })
    }

    /// Whether the kernel was built with Rust.
    pub fn has_rust(&self) -> bool {
        self.get("CONFIG_RUST") == Some("y")
    }

    /// What the kernel's rustc says of itself, when the kernel has Rust: `rustc 1.85.1 (4eb161250 2025-03-15) (...)`.
    pub fn rustc_text(&self) -> Option<&str> {
        self.get("CONFIG_RUSTC_VERSION_TEXT")
            .filter(|_| self.has_rust())
    }

    /// The version of the kernel's rustc, when the kernel has Rust: `1.85.1`.
    pub fn rustc_version(&self) -> Option<&str> {
        rustc_version(self.rustc_text()?)
    }

    /// What the kernel's C compiler says of itself: `x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0`.
    ///
    /// # Errors
    ///
    /// The configuration does not say.
    pub fn cc_text(&self) -> Result<&str> {
        self.need(CC_VERSION_TEXT)
    }

    /// The command that the kernel's C compiler was called by: `x86_64-linux-gnu-gcc-14`.
    ///
    /// # Errors
    ///
    /// The configuration does not say.
    pub fn cc(&self) -> Result<&str> {
        self.cc_text()?
            .split_whitespace()
            .next()
            .ok_or_else(|| Error::NoOption {
                path: self.path.clone(),
                option: CC_VERSION_TEXT,
            })
    }
}

/// The version in what rustc says of itself.
fn rustc_version(text: &str) -> Option<&str> {
    let version = text.strip_prefix("rustc ")?.split_whitespace().next()?;
    version
        .split('.')
        .all(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        .then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config {
            path: "config".into(),
            text: text.into(),
        }
    }

    const RUST: &str = "#\n# Automatically generated file; DO NOT EDIT.\n\
        CONFIG_CC_VERSION_TEXT=\"x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0\"\n\
        CONFIG_RUST_IS_AVAILABLE=y\nCONFIG_RUST=y\n\
        CONFIG_RUSTC_VERSION_TEXT=\"rustc 1.85.1 (4eb161250 2025-03-15) (built from a source tarball)\"\n\
        # CONFIG_RUST_DEBUG_ASSERTIONS is not set\n";

    #[test]
    fn rustc_and_cc_are_read() {
        let config = config(RUST);
        assert!(config.has_rust());
        assert_eq!(config.rustc_version(), Some("1.85.1"));
        assert_eq!(config.cc().unwrap(), "x86_64-linux-gnu-gcc-14");
        assert_eq!(
            config.cc_text().unwrap(),
            "x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0"
        );
        assert_eq!(config.get("CONFIG_RUST_DEBUG_ASSERTIONS"), None);
    }

    #[test]
    fn a_kernel_without_rust_has_no_rustc() {
        // The options about the rustc of the build machine are there all the same.
        let text = RUST.replace("CONFIG_RUST=y", "# CONFIG_RUST is not set");
        let config = config(&text);
        assert!(!config.has_rust());
        assert_eq!((config.rustc_text(), config.rustc_version()), (None, None));
    }

    #[test]
    fn a_text_that_is_not_rustcs_has_no_version() {
        for (text, version) in [
            ("rustc 1.96.1 (abc 2026-06-01)", Some("1.96.1")),
            ("rustc 1.90.0-nightly (abc)", Some("1.90.0-nightly")),
            ("rustc", None),
            ("rustc unknown", None),
            ("gcc 14", None),
        ] {
            assert_eq!(rustc_version(text), version, "{text}");
        }
    }

    #[test]
    fn no_compiler_is_an_error() {
        assert!(matches!(config("").cc(), Err(Error::NoOption { .. })));
        let empty = config("CONFIG_CC_VERSION_TEXT=\"\"\n");
        assert!(matches!(empty.cc(), Err(Error::NoOption { .. })));
    }
}
