// SPDX-License-Identifier: GPL-2.0

//! Writes the `newc` cpio archives that the kernel unpacks into its root.
//!
//! Format: Documentation/driver-api/early-userspace/buffer-format.rst.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use cpio::newc;

use crate::error::Error;

const S_IFCHR: u32 = 0o020_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFREG: u32 = 0o100_000;
const S_IFLNK: u32 = 0o120_000;

/// Directories of a merged-/usr system that are symbolic links into /usr.
///
/// The kernel replaces an entry by a later one of another type: a directory
/// entry for one of these would throw the link away, and the base root with it.
const MERGED: [&str; 4] = ["bin", "sbin", "lib", "lib64"];

/// Turns an absolute path of the guest into an archive member's name.
///
/// # Errors
///
/// [`Error::GuestPath`] unless the path is absolute, has no `..` and names
/// something below the root.
pub fn member(path: &Path) -> Result<PathBuf, Error> {
    let bad = || Error::GuestPath(path.to_owned());
    let mut components = path.components();
    if components.next() != Some(Component::RootDir) {
        return Err(bad());
    }
    let mut name = PathBuf::new();
    for component in components {
        let Component::Normal(part) = component else {
            return Err(bad());
        };
        if name.as_os_str().is_empty() && MERGED.iter().any(|merged| part == *merged) {
            name.push("usr");
        }
        name.push(part);
    }
    if name.as_os_str().is_empty() {
        return Err(bad());
    }
    Ok(name)
}

/// A cpio archive being written.
///
/// All members belong to root. Directories above a member are added by
/// themselves, once, with mode 0755.
pub struct Archive<W: Write> {
    output: Option<W>,
    inode: u32,
    directories: BTreeSet<PathBuf>,
}

impl<W: Write> Archive<W> {
    /// Starts an archive.
    pub fn new(output: W) -> Self {
        Archive {
            output: Some(output),
            inode: 0,
            directories: BTreeSet::new(),
        }
    }

    fn put(
        &mut self,
        name: &Path,
        mode: u32,
        device: (u32, u32),
        size: u64,
        data: impl Read,
    ) -> Result<(), Error> {
        let text = name.to_str().ok_or_else(|| Error::Name(name.to_owned()))?;
        let size = u32::try_from(size).map_err(|_| Error::TooLarge(name.to_owned()))?;
        self.inode += 1;
        let builder = newc::Builder::new(text)
            .ino(self.inode)
            .mode(mode)
            .nlink(1)
            .rdev_major(device.0)
            .rdev_minor(device.1);
        let write = |output: W| -> io::Result<W> {
            let mut writer = builder.write(output, size);
            let copied = io::copy(&mut data.take(u64::from(size)), &mut writer)?;
            if copied != u64::from(size) {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the file shrank while it was read",
                ));
            }
            writer.finish()
        };
        // A failed archive is given up whole, so the output need not survive.
        let output = self
            .output
            .take()
            .ok_or_else(|| Error::Name(name.to_owned()))?;
        self.output = Some(write(output).map_err(Error::file("archive", name))?);
        Ok(())
    }

    fn parents(&mut self, name: &Path) -> Result<(), Error> {
        let mut missing: Vec<PathBuf> = name
            .ancestors()
            .skip(1)
            .filter(|parent| !parent.as_os_str().is_empty() && !self.directories.contains(*parent))
            .map(Path::to_owned)
            .collect();
        missing.reverse();
        for parent in missing {
            self.directory(&parent, 0o755)?;
        }
        Ok(())
    }

    /// Adds a directory; `mode` is its permission bits.
    pub fn directory(&mut self, name: &Path, mode: u32) -> Result<(), Error> {
        self.parents(name)?;
        if self.directories.insert(name.to_owned()) {
            self.put(name, S_IFDIR | mode, (0, 0), 0, io::empty())?;
        }
        Ok(())
    }

    /// Adds a regular file of `size` bytes.
    pub fn file(
        &mut self,
        name: &Path,
        mode: u32,
        size: u64,
        data: impl Read,
    ) -> Result<(), Error> {
        self.parents(name)?;
        self.put(name, S_IFREG | mode, (0, 0), size, data)
    }

    /// Adds a regular file with the given bytes.
    pub fn bytes(&mut self, name: &Path, mode: u32, data: &[u8]) -> Result<(), Error> {
        self.file(name, mode, data.len() as u64, data)
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, name: &Path, target: &Path) -> Result<(), Error> {
        self.parents(name)?;
        let text = target
            .to_str()
            .ok_or_else(|| Error::Name(target.to_owned()))?;
        self.put(
            name,
            S_IFLNK | 0o777,
            (0, 0),
            text.len() as u64,
            text.as_bytes(),
        )
    }

    /// Adds a character device.
    pub fn character_device(
        &mut self,
        name: &Path,
        mode: u32,
        major: u32,
        minor: u32,
    ) -> Result<(), Error> {
        self.parents(name)?;
        self.put(name, S_IFCHR | mode, (major, minor), 0, io::empty())
    }

    /// Adds a file of the host, following symbolic links.
    pub fn host_file(&mut self, source: &Path, name: &Path) -> Result<(), Error> {
        let file = fs::File::open(source).map_err(Error::file("open", source))?;
        let metadata = file.metadata().map_err(Error::file("read", source))?;
        if !metadata.is_file() {
            return Err(Error::FileType(source.to_owned()));
        }
        let mode = metadata.permissions().mode() & 0o7777;
        self.file(name, mode, metadata.len(), file)
    }

    /// Adds a directory of the host and all below it; symbolic links stay links.
    pub fn host_tree(&mut self, source: &Path, name: &Path) -> Result<(), Error> {
        self.directory(name, 0o755)?;
        let mut entries = fs::read_dir(source)
            .and_then(|list| list.collect::<io::Result<Vec<_>>>())
            .map_err(Error::file("read", source))?;
        // An archive of the same files is the same archive.
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = name.join(entry.file_name());
            let kind = entry.file_type().map_err(Error::file("read", &path))?;
            if kind.is_dir() {
                self.host_tree(&path, &name)?;
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).map_err(Error::file("read", &path))?;
                self.link(&name, &target)?;
            } else {
                self.host_file(&path, &name)?;
            }
        }
        Ok(())
    }

    /// Writes the trailer and hands the output back.
    ///
    /// # Errors
    ///
    /// The output's.
    pub fn finish(mut self) -> io::Result<W> {
        let output = self
            .output
            .take()
            .ok_or_else(|| io::Error::other("the archive had already failed"))?;
        newc::trailer(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn sample() -> Vec<u8> {
        let mut archive = Archive::new(Vec::new());
        archive
            .bytes(Path::new("a/b/file"), 0o640, b"contents")
            .expect("a file");
        archive
            .bytes(Path::new("a/empty"), 0o755, b"")
            .expect("a file");
        archive
            .link(Path::new("a/link"), Path::new("/target of it"))
            .expect("a link");
        archive
            .character_device(Path::new("dev/console"), 0o600, 5, 1)
            .expect("a device");
        archive.finish().expect("in memory")
    }

    #[test]
    fn cpio_reads_it() {
        let mut cpio = Command::new("cpio")
            .args(["--list", "--verbose", "--numeric-uid-gid", "--quiet"])
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cpio is installed");
        cpio.stdin
            .take()
            .expect("piped")
            .write_all(&sample())
            .expect("cpio reads");
        let output = cpio.wait_with_output().expect("cpio ends");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        let brief: Vec<(&str, &str)> = lines
            .iter()
            .map(|words| (words[0], *words.last().expect("words")))
            .collect();
        assert_eq!(
            brief,
            [
                ("drwxr-xr-x", "a"),
                ("drwxr-xr-x", "a/b"),
                ("-rw-r-----", "a/b/file"),
                ("-rwxr-xr-x", "a/empty"),
                ("lrwxrwxrwx", "it"),
                ("drwxr-xr-x", "dev"),
                ("crw-------", "dev/console"),
            ],
            "{text}"
        );
        assert_eq!(lines[2][4], "8", "{text}");
        assert_eq!(lines[6][4..6], ["5,", "1"], "{text}");
    }

    #[test]
    fn it_reads_back() {
        let sample = sample();
        let mut input = &sample[..];
        let mut contents = Vec::new();
        loop {
            let mut reader = newc::Reader::new(input).expect("a member");
            if reader.entry().is_trailer() {
                break;
            }
            let name = reader.entry().name().to_owned();
            let mut data = String::new();
            reader.read_to_string(&mut data).expect("in memory");
            contents.push((name, data));
            input = reader.finish().expect("in memory");
        }
        assert!(contents.contains(&("a/b/file".into(), "contents".into())));
        assert!(contents.contains(&("a/link".into(), "/target of it".into())));
    }

    #[test]
    fn members() {
        let name = |path: &str| {
            member(Path::new(path))
                .ok()
                .map(|name| name.display().to_string())
        };
        assert_eq!(name("/root/x"), Some("root/x".into()));
        assert_eq!(name("/lib/modules"), Some("usr/lib/modules".into()));
        assert_eq!(name("/bin"), Some("usr/bin".into()));
        assert_eq!(name("/library/x"), Some("library/x".into()));
        for bad in ["", "x", "/", "/..", "/a/../b", "../x"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_shrinking_file_is_an_error() {
        let mut archive = Archive::new(Vec::new());
        archive
            .file(Path::new("file"), 0o644, 9, &b"contents"[..])
            .expect_err("one byte is missing");
        archive.finish().expect_err("the archive is no good");
    }
}
