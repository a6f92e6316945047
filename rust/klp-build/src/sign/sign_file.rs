// SPDX-License-Identifier: GPL-2.0

//! The kernel's own `scripts/sign-file`, and what the kernel's configuration says of signatures.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::Error;

/// The value of an option in the text of a configuration, without its quotes.
fn value<'a>(config: &'a str, option: &str) -> Option<&'a str> {
    let value = config
        .lines()
        .find_map(|line| line.strip_prefix(option)?.strip_prefix('='))?
        .trim_end();

    Some(
        value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .unwrap_or(value),
    )
}

/// Returns the hash that the kernel with this tree is configured to sign with.
pub(super) fn configured_hash(tree: &Path) -> Result<String, Error> {
    let path = tree.join("include/config/auto.conf");
    let config = fs::read_to_string(&path).map_err(Error::file("read", &path))?;

    if value(&config, "CONFIG_MODULE_SIG") != Some("y") {
        return Err(Error::NoSignatures(tree.to_owned()));
    }
    match value(&config, "CONFIG_MODULE_SIG_HASH") {
        Some(hash) if !hash.is_empty() => Ok(hash.to_owned()),
        _ => Err(Error::NoHash(path)),
    }
}

/// How to sign.
#[derive(Debug)]
pub(super) struct Signer {
    /// The program.
    pub(super) sign_file: PathBuf,
    /// The name of the hash.
    pub(super) hash: String,
    /// The private key: a file in PEM, or a URI of PKCS #11.
    pub(super) key: String,
    /// Its certificate, in PEM or DER.
    pub(super) certificate: PathBuf,
}

impl Signer {
    /// Writes what the file `from` holds, and the signature of it, to the file `to`; `module` is for messages.
    pub(super) fn sign(&self, module: &Path, from: &Path, to: &Path) -> Result<(), Error> {
        let output = Command::new(&self.sign_file)
            .arg(&self.hash)
            .arg(&self.key)
            .arg(&self.certificate)
            .args([from, to])
            // It takes a passphrase from the environment only.
            .stdin(Stdio::null())
            .output()
            .map_err(|source| Error::Program {
                program: self.sign_file.clone(),
                source,
                hint: "run make modules_prepare in that tree, or install the kernel's headers",
            })?;

        if output.status.success() {
            return Ok(());
        }
        Err(Error::SignFile {
            module: module.to_owned(),
            key: self.key.clone(),
            certificate: self.certificate.clone(),
            said: said(&output.stderr).unwrap_or_else(|| output.status.to_string()),
        })
    }
}

/// What a program has said, in one line.
pub(super) fn said(stderr: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<_> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();

    (!lines.is_empty()).then(|| lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let config =
            "CONFIG_MODULE_SIG_HASH_X=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH=\"sha512\"\n";

        assert_eq!(value(config, "CONFIG_MODULE_SIG"), Some("y"));
        assert_eq!(value(config, "CONFIG_MODULE_SIG_HASH"), Some("sha512"));
        assert_eq!(value(config, "CONFIG_MODULE"), None);
    }

    #[test]
    fn hash() {
        let tree = tempfile::tempdir().unwrap();
        let config = tree.path().join("include/config");
        fs::create_dir_all(&config).unwrap();

        assert!(matches!(
            configured_hash(tree.path()),
            Err(Error::File { .. })
        ));
        for (text, want) in [
            (
                "CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH=\"sha384\"\n",
                Ok("sha384"),
            ),
            (
                "CONFIG_MODULE_SIG_HASH=\"sha384\"\n",
                Err("no CONFIG_MODULE_SIG)"),
            ),
            ("CONFIG_MODULE_SIG=y\n", Err("no CONFIG_MODULE_SIG_HASH")),
        ] {
            fs::write(config.join("auto.conf"), text).unwrap();
            match (configured_hash(tree.path()), want) {
                (Ok(hash), Ok(want)) => assert_eq!(hash, want),
                (Err(error), Err(want)) => assert!(error.to_string().contains(want), "{error}"),
                (have, want) => panic!("{have:?} is not {want:?}"),
            }
        }
    }
}
