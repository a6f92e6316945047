// SPDX-License-Identifier: GPL-2.0

//! A Debian archive, as apt's indexes tell it.
//!
//! The format is the one of deb822(5) and of Debian's repositories (`Packages` files). apt has verified the files; here they
//! are only read, and a stanza that lacks a field that is needed is an error, not a guess.

use std::collections::HashMap;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::version::Version;

/// One binary package in one suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its architecture, or `all`.
    pub architecture: String,
    /// The name of its file, without directories.
    pub file: String,
    /// The size of its file, in bytes.
    pub size: u64,
    /// The checksum of its file, in hexadecimal digits.
    pub sha256: String,
    /// Its `Depends` field.
    #[serde(skip)]
    pub depends: String,
    /// The suite it was found in, such as `trixie-backports`.
    pub suite: String,
}

/// The packages of an archive that have to do with kernels.
#[derive(Debug, Default)]
pub struct Archive {
    packages: Vec<Package>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Archive {
    /// Reads every `Packages` file that apt has, as configured by its own files and `APT_CONFIG`.
    ///
    /// # Errors
    ///
    /// apt cannot be run, has no index, or an index is malformed.
    pub fn from_apt() -> Result<Self> {
        let format = "$(CODENAME)\t$(FILENAME)";
        let targets = run(Command::new("apt-get").args([
            "indextargets",
            "--format",
            format,
            "Created-By: Packages",
        ]))?;
        let mut archive = Self::default();
        for target in targets.lines() {
            let Some((suite, file)) = target.split_once('\t') else {
                continue;
            };
            let text = run(Command::new("/usr/lib/apt/apt-helper").args(["cat-file", file]))?;
            archive.add_index(suite, file, &text)?;
        }
        if archive.packages.is_empty() {
            return Err(Error::NoIndex);
        }
        Ok(archive)
    }

    /// Adds the kernel packages of one `Packages` file.
    ///
    /// # Arguments
    ///
    /// * `suite` - the code name of the suite it describes
    /// * `file` - its path, for messages
    /// * `text` - what it holds
    ///
    /// # Errors
    ///
    /// A stanza of a kernel package lacks a field, or has a size that is not a number.
    pub fn add_index(&mut self, suite: &str, file: &str, text: &str) -> Result<()> {
        for stanza in text.split("\n\n") {
            // By far most packages are not the kernel's.
            let Some(name) = field(stanza, "Package").filter(|name| name.starts_with("linux-"))
            else {
                continue;
            };
            let need = |key: &'static str| {
                field(stanza, key).ok_or_else(|| Error::IndexField {
                    file: file.into(),
                    package: name.into(),
                    field: key,
                })
            };
            let path = need("Filename")?;
            let package = Package {
                name: name.into(),
                version: Version::new(need("Version")?),
                architecture: need("Architecture")?.into(),
                file: path.rsplit('/').next().unwrap_or(path).into(),
                size: need("Size")?.parse().map_err(|_| Error::IndexField {
                    file: file.into(),
                    package: name.into(),
                    field: "Size",
                })?,
                sha256: need("SHA256")?.into(),
                depends: field(stanza, "Depends").unwrap_or_default().into(),
                suite: suite.into(),
            };
            let of_name = self.by_name.entry(package.name.clone()).or_default();
            of_name.push(self.packages.len());
            self.packages.push(package);
        }
        Ok(())
    }

    /// All kernel packages.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The package of that name and version, from the first suite that has it.
    pub fn find(&self, name: &str, version: &Version) -> Option<&Package> {
        self.by_name
            .get(name)?
            .iter()
            .map(|&i| &self.packages[i])
            .find(|package| package.version == *version)
    }
}

/// The value of a one-line field of a deb822(5) stanza.
fn field<'a>(stanza: &'a str, key: &str) -> Option<&'a str> {
    stanza.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

/// Runs a command and gives what it printed.
fn run(command: &mut Command) -> Result<String> {
    let output = command.output();
    let failed = |why: String| Error::Command {
        command: format!("{command:?}"),
        why,
    };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("{}: {}", output.status, stderr.trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("its output is not UTF-8".into()))
}
