// SPDX-License-Identifier: GPL-2.0

//! Files that nobody but root can have written.
//!
//! A path is walked one name after the other: each directory, each symbolic link and the file itself must belong to root, and
//! nobody else may be able to write it. In a directory that has the sticky bit, as `/tmp` has, others cannot touch what is root's.
//!
//! The file is opened once, and what is read of it is what was looked at.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{fstat, openat, readlinkat, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{Root, SystemError};

/// How many symbolic links a path may have: as many as the kernel follows.
const MAX_LINKS: usize = 40;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum Untrusted {
    /// The system does not let it be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// It belongs to somebody else.
    #[error("{what} {} belongs to user {uid}, who can change it: chown root it, or take a copy of what you trust", path.display())]
    Owner {
        /// What it is.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Whose.
        uid: u32,
    },
    /// Others can write it.
    #[error("{what} {} can be written by others than root (its mode is {mode:03o}): chmod go-w it", path.display())]
    Writable {
        /// What it is.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is a device, a FIFO or a directory.
    #[error("{} is no regular file", path.display())]
    NotRegular {
        /// Which.
        path: PathBuf,
    },
}

/// Where a walk has come to.
struct Place {
    directory: OwnedFd,
    path: PathBuf,
}

/// What a walk has ended at.
enum End {
    /// A directory.
    Directory,
    /// Something else, of this name in the directory.
    Other(OsString),
}

impl Root {
    /// Opens a regular file for reading, if nobody but root can have written it.
    ///
    /// # Errors
    ///
    /// See [`Untrusted`].
    pub fn open_trusted(&self, path: impl AsRef<Path>) -> Result<OwnedFd, Untrusted> {
        let owner = self.owner()?;
        let (place, end) = self.walk(path.as_ref(), owner)?;
        let End::Other(name) = end else {
            return Err(Untrusted::NotRegular { path: place.path });
        };
        let path = place.path.join(&name);
        // A FIFO in place of the file would keep the program waiting.
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = openat(&place.directory, &name, flags, Mode::empty())
            .map_err(|errno| self.error("open", &path, errno))?;
        let stat = fstat(&file).map_err(|errno| self.error("look at", &path, errno))?;

        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Untrusted::NotRegular {
                path: self.path(path),
            });
        }
        self.check("file", &path, &stat, owner)?;
        Ok(file)
    }

    /// Opens a directory, if nobody but root can have written what is in it.
    ///
    /// # Errors
    ///
    /// See [`Untrusted`].
    pub fn open_trusted_directory(&self, path: impl AsRef<Path>) -> Result<OwnedFd, Untrusted> {
        let path = path.as_ref();
        let owner = self.owner()?;

        match self.walk(path, owner)? {
            (place, End::Directory) => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let directory = openat(&place.directory, ".", flags, Mode::empty())
                    .map_err(|errno| self.error("open", path, errno))?;
                let stat = fstat(&directory).map_err(|errno| self.error("look at", path, errno))?;

                // The sticky bit does not keep others from adding something.
                self.check("directory", &place.path, &stat, owner)?;
                Ok(directory)
            }
            (_, End::Other(_)) => Err(self.error("open", path, Errno::NOTDIR).into()),
        }
    }

    /// Returns whom the root belongs to, who is trusted as root is: in a picture, whoever made it.
    fn owner(&self) -> Result<u32, SystemError> {
        let stat = fstat(self.directory()).map_err(|errno| self.error("look at", "/", errno))?;

        Ok(stat.st_uid)
    }

    fn walk(&self, path: &Path, owner: u32) -> Result<(Place, End), Untrusted> {
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut names = names(path);
        let mut links = 0;
        let mut places = vec![self.start(owner)?];

        while let Some(name) = names.pop_front() {
            let Some(place) = places.last() else {
                places.push(self.start(owner)?);
                names.push_front(name);
                continue;
            };
            match name.as_encoded_bytes() {
                b"/" => {
                    places.truncate(1);
                    continue;
                }
                b".." => {
                    if places.len() > 1 {
                        places.pop();
                    }
                    continue;
                }
                _ => (),
            }
            let path = place.path.join(&name);
            let file = openat(&place.directory, &name, flags, Mode::empty())
                .map_err(|errno| self.error("open", &path, errno))?;
            let stat = fstat(&file).map_err(|errno| self.error("look at", &path, errno))?;

            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => {
                    self.check_way("directory", &path, &stat, owner)?;
                    places.push(Place {
                        directory: file,
                        path,
                    });
                }
                FileType::Symlink => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(self.error("open", &path, Errno::LOOP).into());
                    }
                    self.check_owner("symbolic link", &path, &stat, owner)?;
                    let target = readlinkat(&file, "", Vec::new())
                        .map_err(|errno| self.error("read", &path, errno))?;
                    let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                    for name in self::names(&target).into_iter().rev() {
                        names.push_front(name);
                    }
                }
                _ if names.is_empty() => {
                    return match places.pop() {
                        Some(place) => Ok((place, End::Other(name))),
                        None => Err(self.error("open", &path, Errno::NOENT).into()),
                    };
                }
                _ => return Err(self.error("open", &path, Errno::NOTDIR).into()),
            }
        }
        match places.pop() {
            Some(place) => Ok((place, End::Directory)),
            None => Err(self.error("open", path, Errno::NOENT).into()),
        }
    }

    /// Returns the root as the place where a walk begins.
    fn start(&self, owner: u32) -> Result<Place, Untrusted> {
        let directory = self
            .directory()
            .try_clone()
            .map_err(|error| self.error("open", "/", error))?;
        let stat = fstat(&directory).map_err(|errno| self.error("look at", "/", errno))?;

        self.check_way("directory", Path::new("/"), &stat, owner)?;
        Ok(Place {
            directory,
            path: PathBuf::from("/"),
        })
    }

    fn check_owner(
        &self,
        what: &'static str,
        path: &Path,
        stat: &Stat,
        owner: u32,
    ) -> Result<(), Untrusted> {
        match stat.st_uid == 0 || stat.st_uid == owner {
            true => Ok(()),
            false => Err(Untrusted::Owner {
                what,
                path: self.path(path),
                uid: stat.st_uid,
            }),
        }
    }

    /// Checks a directory on the way: what of root is in it must be safe.
    fn check_way(
        &self,
        what: &'static str,
        path: &Path,
        stat: &Stat,
        owner: u32,
    ) -> Result<(), Untrusted> {
        match Mode::from_raw_mode(stat.st_mode).contains(Mode::SVTX) {
            true => self.check_owner(what, path, stat, owner),
            false => self.check(what, path, stat, owner),
        }
    }

    /// Checks a file, or a directory that nobody may add anything to.
    fn check(
        &self,
        what: &'static str,
        path: &Path,
        stat: &Stat,
        owner: u32,
    ) -> Result<(), Untrusted> {
        self.check_owner(what, path, stat, owner)?;
        // Who is named in an access control list is part of the group's bits.
        match Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
            false => Ok(()),
            true => Err(Untrusted::Writable {
                what,
                path: self.path(path),
                mode: stat.st_mode & 0o7777,
            }),
        }
    }
}

/// Returns the names of a path; `/` if it begins at the root.
fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::CurDir | Component::Prefix(_) => None,
            Component::RootDir => Some(OsStr::new("/")),
            Component::ParentDir => Some(OsStr::new("..")),
            Component::Normal(name) => Some(name),
        })
        .map(OsStr::to_owned)
        .collect()
}
