// SPDX-License-Identifier: GPL-2.0

//! Whose signature a module file has: what `[signature]` of the policy asks for.
//!
//! Who may sign, the files of certificates say. openssl(1) compares: the signature of a module is a detached CMS message, as
//! `cms(1)` verifies it. It gets the very bytes that the kernel is to load, and certificates that nobody but root can have written.
//!
//! Whom the kernel trusts it alone knows. Without certificates, a signature is asked for, and the kernel judges it.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::time::Duration;

use klp_build::signature::{Malformed, Signed};
use rustix::fs::{memfd_create, MemfdFlags};

use crate::module_file::ModuleFile;
use crate::policy::Signature;
use crate::system::{CommandLine, System, Untrusted};

/// How long openssl may take for one certificate.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a module file does not have the signature that it should have.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// It has none.
    #[error("it is not signed")]
    Unsigned,
    /// What is at its end is none.
    #[error("its signature is damaged: {0}")]
    Malformed(Malformed),
    /// None of the certificates fits.
    #[error("none of the certificates of [signature] is its signer's, or it was changed since{}", said(.0))]
    Unknown(String),
    /// A certificate cannot be read.
    #[error("the certificate: {0}")]
    Certificate(#[from] Untrusted),
    /// The program that compares is not there, or does not work.
    #[error("its signature cannot be verified by openssl: {0}; install the package openssl")]
    Program(io::Error),
}

/// Returns what openssl has said last, as an addition.
fn said(text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!(" (openssl: {text})"),
    }
}

/// Makes sure that a module file has a signature, by one of the certificates if there are any; returns its file.
///
/// # Errors
///
/// See [`SignerError`].
pub fn verify(
    system: &System,
    module: &ModuleFile,
    policy: &Signature,
) -> Result<Option<PathBuf>, SignerError> {
    let signed = Signed::parse(module.image())
        .map_err(SignerError::Malformed)?
        .ok_or(SignerError::Unsigned)?;
    if policy.certificates.is_empty() {
        return Ok(None);
    }
    let message = in_memory(signed.message).map_err(SignerError::Program)?;
    let contents = in_memory(signed.module).map_err(SignerError::Program)?;
    let mut last = String::new();

    for path in &policy.certificates {
        let certificate = system.root.open_trusted(path)?;
        let command = CommandLine::new([
            "openssl".to_owned(),
            "cms".to_owned(),
            "-verify".to_owned(),
            "-binary".to_owned(),
            "-inform".to_owned(),
            "DER".to_owned(),
            "-in".to_owned(),
            name(&message),
            "-content".to_owned(),
            name(&contents),
            "-certfile".to_owned(),
            name(&certificate),
            // Only these certificates, and none that the message brings along; who has issued them does not matter.
            "-nointern".to_owned(),
            "-noverify".to_owned(),
            "-out".to_owned(),
            "/dev/null".to_owned(),
        ]);
        let ended = system
            .commands
            .output(&command, TIMEOUT)
            .map_err(SignerError::Program)?;

        if ended.status == Some(0) {
            return Ok(Some(path.clone()));
        }
        let errors = String::from_utf8_lossy(&ended.errors);
        last = errors.lines().last().unwrap_or_default().to_owned();
    }
    Err(SignerError::Unknown(last))
}

/// Puts bytes where another program can read them, and nobody can change them on a disk.
fn in_memory(bytes: &[u8]) -> io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("klp", MemfdFlags::CLOEXEC)?);

    file.write_all(bytes)?;
    Ok(file.into())
}

/// Returns the name of an open file, for a program that this one starts.
fn name(file: &OwnedFd) -> String {
    format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd())
}

#[cfg(test)]
mod tests;
