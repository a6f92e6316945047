// SPDX-License-Identifier: GPL-2.0

//! The file of the journal.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{flock, fsync, mkdirat, renameat, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use crate::paths;
use crate::system::{Root, SystemError};

/// The size at which the file is put away.
pub(super) const FULL: u64 = 1 << 20;

/// Adds a line, and makes it last.
pub(super) fn append(root: &Root, line: &[u8]) -> Result<(), SystemError> {
    let failed = |action, error: io::Error| root.error(action, paths::JOURNAL, error);
    let mut file = open(root)?;
    // Two programs at once: one waits for the other's line.
    flock(&file, FlockOperation::LockExclusive).map_err(|errno| failed("lock", errno.into()))?;
    let (size, complete) = end(&mut file).map_err(|error| failed("read", error))?;

    let mut bytes = Vec::with_capacity(line.len() + 2);
    if !complete {
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(line);
    bytes.push(b'\n');
    file.write_all(&bytes)
        .map_err(|error| failed("write to", error))?;
    fsync(&file).map_err(|errno| failed("sync", errno.into()))?;
    if size > FULL {
        put_away(root)?;
    }
    Ok(())
}

/// Opens the file; makes it, if it is not there.
fn open(root: &Root) -> Result<File, SystemError> {
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    match root.open_file(paths::JOURNAL, flags, Mode::empty()) {
        Err(error) if error.is_not_found() => (),
        result => return result.map(File::from),
    }
    let directory = make_directory(root)?;
    let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH;
    let file = root.open_file(paths::JOURNAL, flags | OFlags::CREATE, mode)?;

    sync(root, &directory)?;
    Ok(file.into())
}

/// Returns the size of the file, and whether its last line is complete.
fn end(file: &mut File) -> io::Result<(u64, bool)> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut last = [b'\n'];
    if let Some(place) = size.checked_sub(1) {
        file.seek(SeekFrom::Start(place))?;
        file.read_exact(&mut last)?;
    }
    Ok((size, last == *b"\n"))
}

/// Puts a full journal in place of the old one.
fn put_away(root: &Root) -> Result<(), SystemError> {
    let directory = make_directory(root)?;
    let name = |path: &'static str| path.rsplit('/').next().unwrap_or_default();

    renameat(
        &directory,
        name(paths::JOURNAL),
        &directory,
        name(paths::JOURNAL_OLD),
    )
    .map_err(|errno| root.error("rename", paths::JOURNAL, errno))?;
    sync(root, &directory)
}

/// Opens the directory; makes it and those above it, as far as they are missing.
fn make_directory(root: &Root) -> Result<OwnedFd, SystemError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut place = PathBuf::from("/");
    let mut directory = root.open_file(&place, flags, Mode::empty())?;

    for component in Path::new(paths::STATE).components() {
        let Component::Normal(name) = component else {
            continue;
        };
        place.push(name);
        match mkdirat(&directory, name, Mode::from_raw_mode(0o755)) {
            Ok(()) => sync(root, &directory)?,
            Err(Errno::EXIST) => (),
            Err(errno) => return Err(root.error("make", &place, errno)),
        }
        directory = root.open_file(&place, flags, Mode::empty())?;
    }
    Ok(directory)
}

fn sync(root: &Root, directory: &OwnedFd) -> Result<(), SystemError> {
    fsync(directory).map_err(|errno| root.error("sync", paths::STATE, errno))
}
