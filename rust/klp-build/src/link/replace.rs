// SPDX-License-Identifier: GPL-2.0

//! A file gets new contents, all at once.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{fchown, Gid, Uid};

/// Replaces the contents of a file, which keeps its owner and its mode. It has the old contents, or the new ones, at all times.
///
/// # Errors
///
/// The file is as it was.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    // What a link points to is replaced, and not the link.
    let path = fs::canonicalize(path)?;
    let directory = path.parent().unwrap_or(Path::new("/"));
    let old = fs::metadata(&path)?;
    let mut new = tempfile::Builder::new()
        .prefix(".klp-build.")
        .tempfile_in(directory)?;

    new.write_all(contents)?;
    let is_owner = new.as_file().metadata()?.uid() == old.uid();
    if !is_owner {
        fchown(
            new.as_fd(),
            Some(Uid::from_raw(old.uid())),
            Some(Gid::from_raw(old.gid())),
        )?;
    }
    new.as_file().set_permissions(old.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    File::open(directory)?.sync_all()
}
