// SPDX-License-Identifier: GPL-2.0

//! Only one of the tool changes something at a time.
//!
//! The lock belongs to the open file: the kernel takes it back when its owner ends, however that happens. The file stays, and
//! means nothing.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{flock, ftruncate, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::paths::LOCK;
use crate::system::{Directory, System, SystemError};

/// How often it is tried.
const POLL: Duration = Duration::from_millis(100);

/// Why the lock was not got.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file cannot be opened.
    #[error(transparent)]
    System(#[from] SystemError),
    /// Somebody else has it.
    #[error("another klp or kpatch is at work{}: wait for it to end", owner(.pid))]
    Locked {
        /// Its process, as it says.
        pid: Option<u32>,
    },
}

fn owner(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

/// The right to change something, until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "it is there to be closed")] File);

impl Lock {
    /// Waits for the lock.
    ///
    /// # Errors
    ///
    /// See [`LockError`].
    pub fn take(system: &System, timeout: Duration) -> Result<Self, LockError> {
        let root = &system.root;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW;
        let mode = Mode::from_raw_mode(0o600);
        let file = match root.open_file(LOCK, flags, mode) {
            Err(error) if error.is_not_found() => {
                Directory::make(root, Path::new(LOCK).parent().unwrap_or(Path::new("/")))?;
                root.open_file(LOCK, flags, mode)?
            }
            result => result?,
        };
        let start = system.clock.monotonic();

        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::INTR) => (),
                Err(Errno::WOULDBLOCK) => {
                    if system.clock.monotonic().saturating_sub(start) >= timeout {
                        let pid = root.read_text(LOCK).ok().and_then(|pid| pid.parse().ok());
                        return Err(LockError::Locked { pid });
                    }
                    system.clock.sleep(POLL);
                }
                Err(errno) => return Err(root.error("lock", LOCK, errno).into()),
            }
        }
        let mut file = File::from(file);
        // Whose it is helps who has to wait; the lock is good without.
        if ftruncate(&file, 0).is_ok() {
            let _ = writeln!(file, "{}", std::process::id());
        }
        Ok(Self(file))
    }
}
