// SPDX-License-Identifier: GPL-2.0

//! What can go wrong when modules are signed.

use std::io;
use std::path::{Path, PathBuf};

use crate::signature::Malformed;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be used.
    #[error("cannot {what} {}: {source}", .path.display())]
    File {
        /// The verb.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot start {}: {source}; {hint}", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// The certificate could not be turned into another form, or a key not be made.
    #[error("openssl made no key: {said}")]
    NewKey {
        /// What openssl has said.
        said: String,
    },
    /// The kernel's tool did not sign.
    #[error(
        "{} was not signed with {key} and {}: {said} (KBUILD_SIGN_PIN is the passphrase)",
        .module.display(), .certificate.display()
    )]
    SignFile {
        /// The module.
        module: PathBuf,
        /// The key.
        key: String,
        /// The certificate.
        certificate: PathBuf,
        /// What the tool has said.
        said: String,
    },
    /// What the kernel's tool has made is not the module and its signature.
    #[error(
        "{} made something else than {} with a signature: {why}; the module is as it was",
        .sign_file.display(), .module.display()
    )]
    Result {
        /// The tool.
        sign_file: PathBuf,
        /// The module.
        module: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A module has a signature that is none.
    #[error("the signature of {} cannot be replaced: {why}; build the module again", .module.display())]
    Malformed {
        /// The module.
        module: PathBuf,
        /// What is wrong with it.
        why: Malformed,
    },
    /// The kernel checks no signatures.
    #[error("the kernel of {} checks no signatures (no CONFIG_MODULE_SIG); --hash signs all the same", .0.display())]
    NoSignatures(PathBuf),
    /// The kernel's configuration names no hash.
    #[error("the configuration in {} has no CONFIG_MODULE_SIG_HASH; say which with --hash", .0.display())]
    NoHash(PathBuf),
}

impl Error {
    /// Returns what makes an error of a system's error.
    pub(super) fn file<'a>(
        what: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::File {
            what,
            path: path.to_owned(),
            source,
        }
    }
}
