// SPDX-License-Identifier: GPL-2.0

//! What is known of a provisioned kernel, for whoever builds for it or runs it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::Package;
use crate::choose::Plan;
use crate::config::Config;
use crate::error::Result;
use crate::files;
use crate::version::Version;

/// `kernel.json`: the record of a provisioned kernel, written when everything is there.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The release, as `uname -r` prints it.
    pub release: String,
    /// The version of its packages.
    pub version: Version,
    /// Whether the image carries the distribution's signature.
    pub signed: bool,
    /// The checksum of the image, which is the distribution's own.
    pub vmlinuz_sha256: String,
    /// Whether the kernel has Rust, so that `tree` is a prepared source tree; otherwise it is made of its headers.
    pub rust: bool,
    /// The version of the rustc that the kernel was built with and that its modules are built with.
    pub rustc: Option<String>,
    /// What that rustc says of itself.
    pub rustc_text: Option<String>,
    /// The command that the kernel's C compiler was called by.
    pub cc: String,
    /// What that compiler says of itself.
    pub cc_text: String,
    /// How many Rust symbols were proven equal to the kernel's.
    pub rust_symbols: Option<usize>,
    /// Every package it was made from.
    pub packages: Vec<Package>,
}

impl Record {
    /// Describes the kernel in a directory.
    ///
    /// # Arguments
    ///
    /// * `directory` - where `vmlinuz` and `config` are
    /// * `plan` - what it was made from
    /// * `rust_symbols` - how many Rust symbols were proven equal
    ///
    /// # Errors
    ///
    /// A file cannot be read.
    pub fn new(directory: &Path, plan: Plan, rust_symbols: Option<usize>) -> Result<Self> {
        let config = Config::read(&directory.join("config"))?;
        Ok(Self {
            release: plan.release,
            version: plan.version,
            signed: plan.signed,
            vmlinuz_sha256: files::sha256(&directory.join("vmlinuz"))?,
            rust: config.has_rust(),
            rustc: config.rustc_version().map(Into::into),
            rustc_text: config.rustc_text().map(Into::into),
            cc: config.cc()?.into(),
            cc_text: config.cc_text()?.into(),
            rust_symbols,
            packages: plan
                .image
                .into_iter()
                .chain(plan.headers)
                .chain(plan.source)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str) -> Package {
        Package {
            name: name.into(),
            version: Version::new("7.2.9-1"),
            architecture: "amd64".into(),
            file: format!("{name}.deb"),
            size: 1,
            sha256: "00".into(),
            depends: String::new(),
            suite: "trixie".into(),
        }
    }

    fn plan() -> Plan {
        Plan {
            release: "7.2.9+deb13-amd64".into(),
            version: Version::new("7.2.9-1"),
            suite: "trixie".into(),
            signed: true,
            image: vec![package("image")],
            headers: vec![package("headers")],
            source: Some(package("source")),
            skipped: Vec::new(),
        }
    }

    fn record(config: &str) -> Record {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("vmlinuz"), "abc").unwrap();
        std::fs::write(dir.path().join("config"), config).unwrap();
        Record::new(dir.path(), plan(), None).unwrap()
    }

    #[test]
    fn a_kernel_with_rust_needs_its_source_and_its_rustc() {
        let record = record(
            "CONFIG_CC_VERSION_TEXT=\"gcc-14 (Debian) 14\"\nCONFIG_RUST=y\n\
             CONFIG_RUSTC_VERSION_TEXT=\"rustc 1.85.1 (4eb 2025)\"\n",
        );
        assert!(record.rust);
        assert_eq!(record.rustc.as_deref(), Some("1.85.1"));
        assert_eq!(record.cc, "gcc-14");
        assert_eq!(record.cc_text, "gcc-14 (Debian) 14");
        assert_eq!(record.packages.len(), 3);
        assert!(record.vmlinuz_sha256.starts_with("ba7816bf"));
    }

    #[test]
    fn what_was_built_is_of_its_source_alone() {
        let plan = plan().built("7.2.9-livepatch-s390x".into());
        assert!(!plan.signed);
        assert_eq!(plan.release, "7.2.9-livepatch-s390x");
        assert!(plan.image.is_empty() && plan.headers.is_empty());
        assert_eq!(plan.source, Some(package("source")));
    }

    #[test]
    fn a_kernel_without_rust_has_no_rustc() {
        let record = record("CONFIG_CC_VERSION_TEXT=\"gcc-14 (Debian) 14\"\n");
        assert!(!record.rust);
        assert_eq!(record.rustc, None);
        assert_eq!(record.packages.len(), 3);
    }
}
