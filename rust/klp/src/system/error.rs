// SPDX-License-Identifier: GPL-2.0

//! Why the system did not do what it was asked for.

use std::io;
use std::path::PathBuf;

/// What failed, on what, and what the kernel said.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct SystemError {
    /// What was to be done, `read` for example.
    pub action: &'static str,
    /// To what.
    pub path: PathBuf,
    /// What the kernel said.
    pub source: io::Error,
}

impl SystemError {
    /// Returns whether the file is not there; an attribute of a livepatch vanishes with it at any time.
    pub fn is_not_found(&self) -> bool {
        // A file of a task or of a livepatch that is gone, but was opened before.
        let gone = [libc_errno::ENODEV, libc_errno::ESRCH];

        self.source.kind() == io::ErrorKind::NotFound
            || self
                .source
                .raw_os_error()
                .is_some_and(|errno| gone.contains(&errno))
    }

    /// Returns whether something is a file that should be a directory.
    pub fn is_not_a_directory(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotADirectory
    }

    /// Returns whether only another user may do it.
    pub fn is_denied(&self) -> bool {
        self.source.kind() == io::ErrorKind::PermissionDenied
    }

    /// Returns the number of the error, if it is the kernel's.
    pub fn errno(&self) -> Option<i32> {
        self.source.raw_os_error()
    }
}

/// Numbers of errors, which are those of the machine that this runs on.
mod libc_errno {
    use rustix::io::Errno;

    pub(super) const ENODEV: i32 = Errno::NODEV.raw_os_error();
    pub(super) const ESRCH: i32 = Errno::SRCH.raw_os_error();
}
