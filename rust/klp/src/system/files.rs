// SPDX-License-Identifier: GPL-2.0

//! Changes to files that are made as a whole, and stay: a power cut leaves what was, or what is to be.
//!
//! All of them work in a directory that is open, so that nobody can put another one in its place meanwhile.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{fchmod, fsync, mkdirat, openat, renameat, unlinkat, AtFlags, Mode, OFlags};
use rustix::io::Errno;

use super::{Root, SystemError};

/// What the name of a file that is being written ends in; it begins with a dot, so that no pattern finds it.
pub const UNFINISHED: &str = ".klp-new";

/// Returns the name that a file has while it is being written.
fn unfinished(name: &str) -> String {
    format!(".{name}{UNFINISHED}")
}

/// A directory that is open.
#[derive(Debug)]
pub struct Directory<'a> {
    root: &'a Root,
    file: OwnedFd,
    path: PathBuf,
}

impl<'a> Directory<'a> {
    /// Takes a directory that is open; `path` is how people call it.
    pub fn new(root: &'a Root, file: OwnedFd, path: impl Into<PathBuf>) -> Self {
        Self {
            root,
            file,
            path: path.into(),
        }
    }

    /// Makes a directory and those above it as far as they are missing, and opens it.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn make(root: &'a Root, path: &Path) -> Result<Self, SystemError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let mut place = PathBuf::from("/");
        let mut directory = root.open_file(&place, flags, Mode::empty())?;

        for component in path.components() {
            let Component::Normal(name) = component else {
                continue;
            };
            let inner = place.join(name);
            match mkdirat(&directory, name, Mode::from_raw_mode(0o755)) {
                Ok(()) => {
                    fsync(&directory).map_err(|errno| root.error("sync", &place, errno))?;
                }
                Err(Errno::EXIST) => (),
                // A file system that is read only, where it is.
                Err(_) if root.exists(&inner) => (),
                Err(errno) => return Err(root.error("make directory", &inner, errno)),
            }
            directory = root.open_file(&inner, flags, Mode::empty())?;
            place = inner;
        }
        Ok(Self::new(root, directory, place))
    }

    /// Writes a file, in place of one of the name that may be there.
    ///
    /// # Errors
    ///
    /// What the kernel says; then what was there is there.
    pub fn write(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), SystemError> {
        let unfinished = unfinished(name);
        let path = self.path.join(name);

        // Of somebody who did not come to the end.
        match unlinkat(&self.file, &unfinished, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => (),
            Err(errno) => {
                return Err(self
                    .root
                    .error("remove", self.path.join(&unfinished), errno))
            }
        }
        let written = self.write_new(&unfinished, bytes, mode).and_then(|()| {
            renameat(&self.file, &unfinished, &self.file, name)
                .map_err(|errno| self.root.error("write", &path, errno))
        });
        if written.is_err() {
            // What has failed is what counts, and the name is that of no file.
            let _ = unlinkat(&self.file, &unfinished, AtFlags::empty());
            return written;
        }
        self.sync()
    }

    fn write_new(&self, name: &str, bytes: &[u8], mode: u32) -> Result<(), SystemError> {
        let path = self.path.join(name);
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(mode);
        let file = openat(&self.file, name, flags, mode)
            .map_err(|errno| self.root.error("create", &path, errno))?;

        // Whatever the umask.
        fchmod(&file, mode).map_err(|errno| self.root.error("change the mode of", &path, errno))?;
        let mut file = File::from(file);
        file.write_all(bytes)
            .map_err(|error| self.root.error("write", &path, error))?;
        file.sync_all()
            .map_err(|error| self.root.error("sync", &path, error))
    }

    /// Removes a file.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn remove(&self, name: &str) -> Result<(), SystemError> {
        unlinkat(&self.file, name, AtFlags::empty())
            .map_err(|errno| self.root.error("remove", self.path.join(name), errno))?;
        self.sync()
    }

    /// Removes a directory in it, if it is empty; returns whether it is gone.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn remove_if_empty(&self, name: &str) -> Result<bool, SystemError> {
        match unlinkat(&self.file, name, AtFlags::REMOVEDIR) {
            Ok(()) => self.sync().map(|()| true),
            Err(Errno::NOENT) => Ok(true),
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::BUSY) => Ok(false),
            Err(errno) => Err(self
                .root
                .error("remove directory", self.path.join(name), errno)),
        }
    }

    /// Makes sure that a change to the directory stays.
    fn sync(&self) -> Result<(), SystemError> {
        fsync(&self.file).map_err(|errno| self.root.error("sync", &self.path, errno))
    }
}
