// SPDX-License-Identifier: GPL-2.0

//! Makes the directory of a livepatch: it is there with all its files, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{renameat_with, RenameFlags, CWD};

use super::Error;

/// Writes files, each with its name, its contents and its mode, into a new directory.
///
/// # Errors
///
/// If anything is there already under that name, or cannot be written.
pub(super) fn write(directory: &Path, files: &[(&str, String, u32)]) -> Result<(), Error> {
    let failed = |error| Error::Write {
        path: directory.to_owned(),
        error,
    };
    let parent = match directory.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let new = tempfile::Builder::new()
        .prefix(".klp-build.")
        .tempdir_in(parent)
        .map_err(failed)?;

    for (name, contents, mode) in files {
        file(&new.path().join(name), contents, *mode).map_err(failed)?;
    }
    fs::set_permissions(new.path(), fs::Permissions::from_mode(0o755)).map_err(failed)?;
    renameat_with(CWD, new.path(), CWD, directory, RenameFlags::NOREPLACE)
        .map_err(|error| failed(error.into()))?;
    // It is not under its temporary name any more.
    drop(new.keep());
    File::open(parent)
        .and_then(|parent| parent.sync_all())
        .map_err(failed)
}

fn file(path: &Path, contents: &str, mode: u32) -> io::Result<()> {
    let mut file = File::create_new(path)?;

    file.write_all(contents.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_nothing() {
        let top = tempfile::tempdir().unwrap();
        let directory = top.path().join("one");
        let files = [("a", "text".to_owned(), 0o644), ("b", String::new(), 0o755)];

        write(&directory, &files).unwrap();
        assert_eq!(fs::read_to_string(directory.join("a")).unwrap(), "text");
        let mode = fs::metadata(directory.join("b"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o755);
        assert!(write(&directory, &files).is_err());
        assert_eq!(fs::read_dir(top.path()).unwrap().count(), 1);
    }
}
