// SPDX-License-Identifier: GPL-2.0

//! UEFI firmware, whose variables tell the kernel which certificates to trust.
//!
//! A kernel that has booted through UEFI takes the certificates in the variable `db` into its keyring `.platform`
//! (`security/integrity/platform_certs/load_uefi.c`), whether Secure Boot is on or not.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// The firmware of a machine.
#[derive(Debug, PartialEq, Eq)]
pub struct Firmware {
    /// Its code.
    pub code: &'static str,
    /// Its variables, as they are when nobody has set any.
    pub variables: &'static str,
}

/// Sets variables in a file that holds them.
const PROGRAM: &str = "virt-fw-vars";

/// How long it may take; it is a script and takes about one second.
const LIMIT: Duration = Duration::from_secs(60);

/// Each certificate has an owner, which nobody looks at.
const OWNER: &str = "11111111-2222-3333-4444-123456789abc";

/// Makes the variables of one run in its directory of logs: those of the firmware, and the certificates in `db`.
///
/// # Errors
///
/// When a certificate is none, or the program that sets variables is not there.
pub fn variables(
    firmware: &Firmware,
    certificates: &[PathBuf],
    log: &Path,
) -> Result<PathBuf, Error> {
    let output = log.join("variables.fd");
    let messages_path = log.join("variables.log");
    let messages = File::create(&messages_path).map_err(Error::file("create", &messages_path))?;
    let mut command = Command::new(PROGRAM);
    command
        .args(["--input", firmware.variables, "--output"])
        .arg(&output)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(messages);
    for certificate in certificates {
        // Its own words for this are a whole trace.
        File::open(certificate).map_err(Error::file("open", certificate))?;
        command.args(["--add-db", OWNER]).arg(certificate);
    }
    let mut child = command.spawn().map_err(|source| Error::Program {
        program: PROGRAM.to_owned(),
        source,
    })?;
    let deadline = Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(Error::system("wait"))? {
            break Some(status);
        }
        if Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    if status.is_some_and(|status| status.success()) {
        return Ok(output);
    }
    let said = fs::read_to_string(&messages_path).unwrap_or_default();
    Err(Error::ProgramFailed {
        program: PROGRAM.to_owned(),
        message: match status {
            Some(_) => said.lines().last().unwrap_or("it says nothing").to_owned(),
            None => format!("it took more than {} s", LIMIT.as_secs()),
        },
    })
}
