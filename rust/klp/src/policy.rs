// SPDX-License-Identifier: GPL-2.0

//! What the administrator allows, and prefers: `/etc/livepatch/klp.toml`.
//!
//! These are all keys. The values are the defaults, and a comment that begins with a key shows one that has none:
//!
//! ```toml
#![doc = include_str!("policy/klp.toml")]
//! ```
//!
//! A key or a table that is not among them is an error, and so is a value that makes no sense: a policy that is misspelled is none.
//! Durations are a number of seconds, or a number with a unit: `"90s"`, `"5m"`, `"12h"`, `"7d"`.

mod duration;
mod error;
mod value;

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use rustix::fs::{fstat, FileType, Mode, OFlags};
use serde::{Deserialize, Serialize};

pub use self::error::PolicyError;
pub use self::value::{BlockedFunction, CveId};
use crate::paths::POLICY;
use crate::system::{Root, MAX_ATTRIBUTE};

/// What the administrator allows, and prefers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// How results are printed if the command line does not say.
    pub format: Format,
    /// Loading and unloading.
    pub load: Load,
    /// How long a transition may take, and what then.
    pub transition: Transition,
    /// Signatures of module files.
    pub signature: Signature,
    /// What must not be loaded.
    pub blocked: Blocked,
    /// Loading at boot.
    pub boot: Boot,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON value.
    Json,
}

/// Loading and unloading.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Load {
    /// Where module files are loaded from; [`None`] for anywhere.
    #[serde(deserialize_with = "value::directories")]
    pub directories: Option<Vec<PathBuf>>,
    /// How often a livepatch is tried while the kernel is busy with another one.
    #[serde(deserialize_with = "value::attempts")]
    pub attempts: u32,
    /// How long to wait before the next try.
    #[serde(with = "duration")]
    pub retry_interval: Duration,
    /// How long to wait until nobody uses the module, before it is unloaded.
    #[serde(with = "duration")]
    pub reference_timeout: Duration,
}

/// How long a transition may take, and what then.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transition {
    /// How long it may take before tasks are signalled, on kernels that do not do so themselves.
    #[serde(with = "duration")]
    pub timeout: Duration,
    /// How long it may take after that.
    #[serde(with = "duration")]
    pub signal_timeout: Duration,
    /// What becomes of one that takes longer.
    pub on_stall: OnStall,
}

/// What becomes of a transition that takes too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OnStall {
    /// It goes on.
    #[default]
    Keep,
    /// It is taken back. The `kpatch` face does so whatever the policy says.
    Revert,
}

/// Signatures of module files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signature {
    /// What a file has to have.
    pub policy: SignaturePolicy,
    /// Whose signature it has to be: files of X.509 certificates, PEM or DER; none for any that the kernel takes.
    #[serde(deserialize_with = "value::certificates")]
    pub certificates: Vec<PathBuf>,
}

/// What becomes of a module file without a good signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SignaturePolicy {
    /// Only the kernel looks at signatures.
    #[default]
    Off,
    /// It is loaded, with a warning.
    Warn,
    /// It is not loaded, and not installed.
    Require,
}

/// What must not be loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Blocked {
    /// A livepatch that fixes one of them is refused.
    pub cves: Vec<CveId>,
    /// A livepatch that replaces one of them is refused.
    pub functions: Vec<BlockedFunction>,
}

/// Loading at boot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Boot {
    /// How long a livepatch has to be installed before it is loaded unasked.
    #[serde(with = "duration::long")]
    pub delay: Duration,
    /// How long the machine has to live after a livepatch was loaded; at the boot after one that did not, it is not loaded.
    #[serde(with = "duration")]
    pub survive: Duration,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            directories: None,
            attempts: 5,
            retry_interval: Duration::from_secs(2),
            reference_timeout: Duration::from_secs(15),
        }
    }
}

impl Default for Transition {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            signal_timeout: Duration::from_secs(60),
            on_stall: OnStall::default(),
        }
    }
}

impl Default for Boot {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            survive: Duration::from_secs(120),
        }
    }
}

impl Policy {
    /// Reads the policy of a machine; one that has none has the defaults.
    ///
    /// # Errors
    ///
    /// It cannot be read, others than root can write it, or something in it makes no sense.
    pub fn read(root: &Root) -> Result<Self, PolicyError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let file = match root.open_file(POLICY, flags, Mode::empty()) {
            Ok(file) => file,
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            Err(error) => return Err(error.into()),
        };
        let path = root.path(POLICY);
        let stat = fstat(&file).map_err(|errno| root.error("look at", POLICY, errno))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(PolicyError::NoFile { path });
        }
        let is_foreign = stat.st_uid != 0 && stat.st_uid != rustix::process::geteuid().as_raw();
        if is_foreign || stat.st_mode & 0o022 != 0 {
            return Err(PolicyError::Writable {
                path,
                owner: stat.st_uid,
                mode: stat.st_mode & 0o7777,
            });
        }
        let mut bytes = Vec::new();
        std::fs::File::from(file)
            .take(MAX_ATTRIBUTE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| root.error("read", POLICY, error))?;
        if bytes.len() > MAX_ATTRIBUTE {
            return Err(PolicyError::TooLong { path });
        }

        Self::parse(&path, &bytes)
    }

    /// Reads the text of a policy; `path` is for errors.
    ///
    /// # Errors
    ///
    /// Something in it makes no sense.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, PolicyError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            PolicyError::at_end_of(path, &String::from_utf8_lossy(valid), "it is no UTF-8")
        })?;

        toml::from_str(text).map_err(|error| PolicyError::new(path, text, &error))
    }

    /// Returns whether a livepatch that fixes this CVE is refused.
    pub fn blocks_cve(&self, cve: &str) -> bool {
        self.blocked
            .cves
            .iter()
            .any(|blocked| blocked.as_str().eq_ignore_ascii_case(cve))
    }

    /// Returns whether a livepatch that replaces this function of an object is refused.
    pub fn blocks_function(&self, object: &str, function: &str) -> bool {
        self.blocked
            .functions
            .iter()
            .any(|blocked| blocked.is(object, function))
    }

    /// Returns whether module files of a directory are loaded, given the directory's path without symbolic links and `..`.
    pub fn allows_directory(&self, directory: &Path) -> bool {
        let is_plain = directory
            .components()
            .all(|component| matches!(component, Component::RootDir | Component::Normal(_)));

        match &self.load.directories {
            Some(allowed) => is_plain && allowed.iter().any(|above| directory.starts_with(above)),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests;
