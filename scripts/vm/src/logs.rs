// SPDX-License-Identifier: GPL-2.0

//! The cache and, in it, the logs of the last runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::Error;

/// How many runs' logs are kept.
const KEPT: usize = 50;

/// The runner's part of the project's cache.
pub fn cache() -> PathBuf {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cache"),
    };
    base.join("rust-livepatch/vm")
}

/// Makes the directory for one run's logs: the given one, or a new one in the cache.
///
/// # Errors
///
/// When it cannot be made.
pub fn directory(given: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(path) = given {
        fs::create_dir_all(path).map_err(Error::file("create", path))?;
        return fs::canonicalize(path).map_err(Error::file("read", path));
    }
    let all = cache().join("logs");
    fs::create_dir_all(&all).map_err(Error::file("create", &all))?;
    prune(&all, KEPT - 1);
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let path = all.join(format!("{seconds:012}-{}", process::id()));
    fs::create_dir_all(&path).map_err(Error::file("create", &path))?;
    Ok(path)
}

/// Removes the oldest directories until `kept` are left; failure only leaves more of them.
fn prune(all: &Path, kept: usize) {
    let Ok(entries) = fs::read_dir(all) else {
        return;
    };
    let mut runs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    runs.sort();
    let old = runs.len().saturating_sub(kept);
    for run in &runs[..old] {
        let _ = fs::remove_dir_all(run);
    }
}

/// The kernel's own word for why it stopped, from the log of its console.
pub fn panic_reason(path: &Path) -> Option<String> {
    const PANIC: &str = "Kernel panic - not syncing: ";
    let text = tail(path, usize::MAX);
    let line = text.lines().find_map(|line| line.split_once(PANIC))?;
    Some(line.1.trim().to_owned())
}

/// The last lines of a log, without control characters.
pub fn tail(path: &Path, lines: usize) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let text: String = String::from_utf8_lossy(&bytes)
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
        .collect();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_runs_are_removed() {
        let all = tempfile::tempdir().expect("a temporary directory");
        for run in ["000000000002-7", "000000000010-1", "000000000001-9"] {
            fs::create_dir(all.path().join(run)).expect("a directory");
        }
        prune(all.path(), 2);
        let mut left: Vec<_> = fs::read_dir(all.path())
            .expect("readable")
            .map(|entry| entry.expect("readable").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["000000000002-7", "000000000010-1"]);
    }

    #[test]
    fn tail_is_printable() {
        let all = tempfile::tempdir().expect("a temporary directory");
        let log = all.path().join("log");
        fs::write(&log, b"one\r\ntwo\x1b[0m\nthr\xffee\n").expect("writable");
        assert_eq!(tail(&log, 2), "two[0m\nthr\u{fffd}ee");
        assert_eq!(tail(&all.path().join("none"), 2), "");
    }

    #[test]
    fn the_reason_of_a_panic() {
        let all = tempfile::tempdir().expect("a temporary directory");
        let log = all.path().join("log");
        fs::write(
            &log,
            "[1.0] x\r\n[2.0] Kernel panic - not syncing: Fatal\r\n[3.0] y\r\n",
        )
        .expect("writable");
        assert_eq!(panic_reason(&log).as_deref(), Some("Fatal"));
        fs::write(&log, "reboot: Power down\n").expect("writable");
        assert_eq!(panic_reason(&log), None);
    }
}
