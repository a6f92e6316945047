// SPDX-License-Identifier: GPL-2.0

//! Files that somebody asked for: written as a whole, or not at all.
//!
//! Like the shell's redirections they belong to whoever typed the command: their paths do not begin in the root of a picture.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct OutputError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// Writes a file that everybody may read, in place of what is there: who reads it sees the old one or the new one.
///
/// # Errors
///
/// What the kernel says; then what was there is there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let Some(name) = path.file_name() else {
        return Err(OutputError {
            action: "write",
            path: path.to_owned(),
            source: io::ErrorKind::IsADirectory.into(),
        });
    };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // It begins with a dot and ends in no way that collectors look for.
    let new = directory.join(format!(
        ".{}.{}.klp-new",
        name.to_string_lossy(),
        std::process::id()
    ));
    let error = |action, path: &Path| {
        let path = path.to_owned();
        move |source| OutputError {
            action,
            path,
            source,
        }
    };

    let written = write_new(&new, bytes)
        .map_err(error("write", &new))
        .and_then(|()| fs::rename(&new, path).map_err(error("write", path)));
    if written.is_err() {
        // What has failed is what counts, and it may not be there.
        let _ = fs::remove_file(&new);
        return written;
    }
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(error("sync", directory))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(path)?;

    // Whatever the umask: another user's process collects it.
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("klp.prom");
        write(&path, b"a").unwrap();
        let mut old = File::open(&path).unwrap();
        write(&path, b"bc").unwrap();

        assert_eq!(io::read_to_string(&mut old).unwrap(), "a");
        assert_eq!(fs::read(&path).unwrap(), b"bc");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o644
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_replaced_and_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("link");
        fs::write(directory.path().join("other"), "a").unwrap();
        std::os::unix::fs::symlink("other", &path).unwrap();
        write(&path, b"b").unwrap();

        assert_eq!(fs::read(directory.path().join("other")).unwrap(), b"a");
        assert_eq!(fs::read(&path).unwrap(), b"b");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let none = directory.path().join("none/klp.prom");
        assert!(write(&none, b"a")
            .unwrap_err()
            .to_string()
            .contains("cannot write"));
        assert!(write(Path::new("/"), b"a").is_err());

        let taken = directory.path().join("taken");
        fs::create_dir_all(taken.join("full")).unwrap();
        assert!(write(&taken, b"a").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
