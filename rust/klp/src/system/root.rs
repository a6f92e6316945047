// SPDX-License-Identifier: GPL-2.0

//! The directory that all paths begin in: `/`, or a picture of it.
//!
//! Paths are relative to it, and can not leave it: not by `..`, and not by a symbolic link.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{openat2, Dir, FileType, Mode, OFlags, ResolveFlags, CWD};
use rustix::io::Errno;

use super::SystemError;

/// The most that an attribute of sysfs has, and that is read of one that should be small, in bytes.
pub const MAX_ATTRIBUTE: usize = 64 * 1024;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a directory; a symbolic link is none.
    pub is_directory: bool,
}

/// The directory that all paths begin in.
#[derive(Debug)]
pub struct Root {
    directory: OwnedFd,
    path: PathBuf,
    /// Whether it is the machine's own, where a kernel without openat2() can do without.
    is_machine: bool,
}

impl Root {
    /// Opens a root.
    ///
    /// # Errors
    ///
    /// It is no directory that can be opened.
    pub fn open(path: &Path) -> Result<Self, SystemError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory =
            rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(|errno| SystemError {
                action: "open",
                path: path.to_owned(),
                source: errno.into(),
            })?;

        Ok(Self {
            directory,
            path: path.to_owned(),
            is_machine: path == Path::new("/"),
        })
    }

    /// Returns the open directory.
    pub(super) fn directory(&self) -> &OwnedFd {
        &self.directory
    }

    /// Returns whether it is the machine's own, rather than a picture.
    pub fn is_machine(&self) -> bool {
        self.is_machine
    }

    /// Returns the path that an argument means: on the machine, one that is relative begins where the program was started.
    pub fn argument(&self, path: &Path) -> PathBuf {
        match self.is_machine {
            // Without a directory to start in, the kernel will say what is wrong.
            true => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            false => path.to_owned(),
        }
    }

    /// Returns how people call a path below the root.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();

        self.path.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Returns an error about a path.
    pub fn error(
        &self,
        action: &'static str,
        path: impl AsRef<Path>,
        source: impl Into<io::Error>,
    ) -> SystemError {
        SystemError {
            action,
            path: self.path(path),
            source: source.into(),
        }
    }

    /// Opens a file with flags of `open(2)`, which get `O_CLOEXEC`, and `O_NOCTTY` where it can mean something.
    ///
    /// # Errors
    ///
    /// What the kernel says; `EXDEV` if a path would leave the root.
    pub fn open_file(
        &self,
        path: impl AsRef<Path>,
        flags: OFlags,
        mode: Mode,
    ) -> Result<OwnedFd, SystemError> {
        let path = path.as_ref();
        let relative = path.strip_prefix("/").unwrap_or(path);
        let relative = match relative.as_os_str().is_empty() {
            true => Path::new("."),
            false => relative,
        };
        // openat2() refuses flags that mean nothing.
        let flags = match flags.contains(OFlags::PATH) {
            true => flags | OFlags::CLOEXEC,
            false => flags | OFlags::CLOEXEC | OFlags::NOCTTY,
        };
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;

        match openat2(&self.directory, relative, flags, mode, resolve) {
            // Kernels before 5.6, and some sandboxes, do not have it; the machine's own root is left by no path.
            Err(Errno::NOSYS | Errno::PERM) if self.is_machine => {
                rustix::fs::openat(&self.directory, relative, flags, mode)
            }
            result => result,
        }
        .map_err(|errno| self.error("open", path, errno))
    }

    /// Reads a file of at most `most` bytes.
    ///
    /// # Errors
    ///
    /// What the kernel says; `EFBIG` if it has more.
    pub fn read(&self, path: impl AsRef<Path>, most: usize) -> Result<Vec<u8>, SystemError> {
        let path = path.as_ref();
        // A FIFO in place of a file would keep the program waiting.
        let file = self.open_file(path, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty())?;
        let mut bytes = Vec::new();
        File::from(file)
            .take(most as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| self.error("read", path, error))?;

        match bytes.len() <= most {
            true => Ok(bytes),
            false => Err(self.error("read", path, Errno::FBIG)),
        }
    }

    /// Reads a small text, without the end of its last line; what is no UTF-8 is replaced.
    ///
    /// # Errors
    ///
    /// See [`Root::read`].
    pub fn read_text(&self, path: impl AsRef<Path>) -> Result<String, SystemError> {
        let bytes = self.read(path, MAX_ATTRIBUTE)?;

        Ok(String::from_utf8_lossy(&bytes)
            .trim_end_matches('\n')
            .to_owned())
    }

    /// Reads a small text that need not be there.
    ///
    /// # Errors
    ///
    /// See [`Root::read`]; not that it is not there.
    pub fn read_optional(&self, path: impl AsRef<Path>) -> Result<Option<String>, SystemError> {
        optional(self.read_text(path))
    }

    /// Writes to an attribute of sysfs or procfs, in one call.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn write_attribute(&self, path: impl AsRef<Path>, value: &str) -> Result<(), SystemError> {
        let path = path.as_ref();
        let file = self.open_file(path, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty())?;
        let written = File::from(file)
            .write(value.as_bytes())
            .map_err(|error| self.error("write to", path, error))?;

        match written == value.len() {
            true => Ok(()),
            false => Err(self.error("write to", path, Errno::IO)),
        }
    }

    /// Returns what is in a directory, by name; without names that are no UTF-8.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn list(&self, path: impl AsRef<Path>) -> Result<Vec<Entry>, SystemError> {
        let path = path.as_ref();
        let directory = self.open_file(path, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        let mut entries = Vec::new();

        for entry in
            Dir::read_from(directory.as_fd()).map_err(|errno| self.error("list", path, errno))?
        {
            let entry = entry.map_err(|errno| self.error("list", path, errno))?;
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if matches!(name, "." | "..") {
                continue;
            }
            let is_directory = match entry.file_type() {
                FileType::Unknown => self.is_directory(path.join(name)),
                kind => kind == FileType::Directory,
            };
            entries.push(Entry {
                name: name.to_owned(),
                is_directory,
            });
        }
        entries.sort();
        Ok(entries)
    }

    /// Returns what is in a directory that need not be there.
    ///
    /// # Errors
    ///
    /// What the kernel says; not that it is not there.
    pub fn list_optional(&self, path: impl AsRef<Path>) -> Result<Vec<Entry>, SystemError> {
        Ok(optional(self.list(path))?.unwrap_or_default())
    }

    /// Returns whether there is something at the path.
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.open_file(path, OFlags::PATH, Mode::empty()).is_ok()
    }

    /// Returns whether there is a directory at the path; a symbolic link to one is none.
    pub fn is_directory(&self, path: impl AsRef<Path>) -> bool {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW;

        self.open_file(path, flags, Mode::empty()).is_ok()
    }
}

/// Takes a file that is not there for none.
fn optional<T>(result: Result<T, SystemError>) -> Result<Option<T>, SystemError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn root() -> (tempfile::TempDir, Root) {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::open(directory.path()).unwrap();
        (directory, root)
    }

    #[test]
    fn texts_lose_the_end_of_their_line() {
        let (directory, root) = root();
        fs::write(directory.path().join("a"), "1\n").unwrap();

        assert_eq!(root.read_text("/a").unwrap(), "1");
        assert_eq!(root.read_text("a").unwrap(), "1");
        assert_eq!(root.read_optional("/b").unwrap(), None);
        assert!(root.read_text("/b").unwrap_err().is_not_found());
    }

    #[test]
    fn too_much_is_an_error() {
        let (directory, root) = root();
        fs::write(directory.path().join("a"), "12345").unwrap();

        assert_eq!(root.read("/a", 5).unwrap(), b"12345");
        let error = root.read("/a", 4).unwrap_err();
        assert_eq!(error.errno(), Some(Errno::FBIG.raw_os_error()));
    }

    #[test]
    fn no_path_leaves_the_root() {
        let (directory, root) = root();
        let inside = directory.path().join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(directory.path().join("a"), "outside").unwrap();
        symlink(directory.path().join("a"), inside.join("link")).unwrap();
        symlink("../a", inside.join("relative")).unwrap();
        let inner = Root::open(&inside).unwrap();

        assert_eq!(root.read_text("inside/../a").unwrap(), "outside");
        for path in ["../a", "link", "relative"] {
            assert!(inner.read_text(path).unwrap_err().is_not_found(), "{path}");
        }
    }

    #[test]
    fn directories_are_listed_by_name() {
        let (directory, root) = root();
        fs::create_dir(directory.path().join("b")).unwrap();
        fs::write(directory.path().join("a"), "").unwrap();
        symlink("b", directory.path().join("c")).unwrap();
        let entry = |name: &str, is_directory| Entry {
            name: name.to_owned(),
            is_directory,
        };

        assert_eq!(
            root.list("/").unwrap(),
            [entry("a", false), entry("b", true), entry("c", false)]
        );
        assert_eq!(root.list_optional("/none").unwrap(), []);
        assert!(root.is_directory("/b") && !root.is_directory("/c") && root.exists("/c"));
    }
}
