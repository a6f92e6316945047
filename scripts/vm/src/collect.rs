// SPDX-License-Identifier: GPL-2.0

//! Takes files over from the guest: the tar stream of its init, which is not trusted.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use tar::EntryType;

use crate::error::Error;

/// The member that holds the kernel's log.
const DMESG: &str = "dmesg";

/// A file or directory of the guest and where it goes on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collect {
    /// The path in the guest.
    pub guest: PathBuf,
    /// The path on the host.
    pub host: PathBuf,
}

fn write(data: &mut impl Read, size: u64, path: &Path) -> Result<(), Error> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = File::create(&new).map_err(Error::file("create", &new))?;
    let copied = io::copy(data, &mut file).and_then(|copied| {
        if copied == size {
            file.sync_all()
        } else {
            Err(io::Error::from(io::ErrorKind::UnexpectedEof))
        }
    });
    copied
        .and_then(|()| fs::rename(&new, path))
        .inspect_err(|_| drop(fs::remove_file(&new)))
        .map_err(Error::file("write", path))
}

/// Reads the stream: member `N` or what is below it goes to the host path of
/// `wanted[N]`, member `dmesg` to that file in `log`.
///
/// # Errors
///
/// When the stream is damaged, a file cannot be written, or something wanted
/// is missing or neither a file nor a directory. Reading stops at the first
/// error of the first two kinds only.
pub fn receive(input: impl Read, wanted: &[Collect], log: &Path) -> Result<(), Error> {
    let mut there = vec![false; wanted.len()];
    let mut refused = None;
    let mut tar = tar::Archive::new(input);
    for entry in tar.entries().map_err(Error::CollectStream)? {
        let mut entry = entry.map_err(Error::CollectStream)?;
        let path = entry.path().map_err(Error::CollectStream)?.into_owned();
        let mut parts = path.components().filter(|part| *part != Component::CurDir);
        let Some(Component::Normal(first)) = parts.next() else {
            continue;
        };
        let damaged = || {
            let text = format!("unexpected member {}", path.display());
            Error::CollectStream(io::Error::new(io::ErrorKind::InvalidData, text))
        };
        let (base, index) = if first == DMESG {
            (log.join("dmesg.log"), None)
        } else {
            let index: usize = first
                .to_str()
                .and_then(|text| text.parse().ok())
                .ok_or_else(damaged)?;
            (
                wanted.get(index).ok_or_else(damaged)?.host.clone(),
                Some(index),
            )
        };
        let mut target = base;
        for part in parts {
            let Component::Normal(part) = part else {
                return Err(damaged());
            };
            target.push(part);
        }
        match entry.header().entry_type() {
            EntryType::Directory => {
                fs::create_dir_all(&target).map_err(Error::file("create", &target))?;
            }
            EntryType::Regular => {
                let size = entry.size();
                write(&mut entry, size, &target)?
            }
            _ => {
                refused = Some(Error::Collect {
                    path,
                    message: "not collected: neither a file nor a directory".to_owned(),
                });
            }
        }
        if let Some(index) = index {
            there[index] = true;
        }
    }
    if let Some(error) = refused {
        return Err(error);
    }
    match there.iter().position(|there| !there) {
        None => Ok(()),
        Some(index) => Err(Error::Collect {
            path: wanted[index].guest.clone(),
            message: "not collected: not there in the guest".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(members: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, data) in members {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            // `set_path` would refuse the hostile names.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *data).expect("in memory");
        }
        builder.into_inner().expect("in memory")
    }

    fn wanted(directory: &Path) -> Vec<Collect> {
        ["a", "b"]
            .map(|name| Collect {
                guest: Path::new("/guest").join(name),
                host: directory.join("out").join(name),
            })
            .to_vec()
    }

    #[test]
    fn files_and_directories() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let log = directory.path().join("log");
        let stream = archive(&[
            ("./", EntryType::Directory, b""),
            ("./dmesg", EntryType::Regular, b"kernel"),
            ("./0", EntryType::Regular, b"zero"),
            ("./1/", EntryType::Directory, b""),
            ("./1/deep/er", EntryType::Regular, b"one"),
        ]);
        receive(&stream[..], &wanted(directory.path()), &log).expect("a good stream");
        let read = |path: &str| fs::read(directory.path().join(path)).expect("written");
        assert_eq!(read("log/dmesg.log"), b"kernel");
        assert_eq!(read("out/a"), b"zero");
        assert_eq!(read("out/b/deep/er"), b"one");
    }

    #[test]
    fn what_is_missing_is_named() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let stream = archive(&[("./0", EntryType::Regular, b"zero")]);
        let error = receive(&stream[..], &wanted(directory.path()), directory.path())
            .expect_err("b is missing");
        assert!(error.to_string().starts_with("/guest/b: "), "{error}");
        assert!(directory.path().join("out/a").exists());
    }

    #[test]
    fn hostile_members() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for name in ["0/../../../x", "7", "nonsense", "1/../y"] {
            let stream = archive(&[(name, EntryType::Regular, b"bad")]);
            let error = receive(&stream[..], &wanted(directory.path()), directory.path())
                .expect_err("a hostile name");
            assert!(matches!(error, Error::CollectStream(_)), "{name}: {error}");
        }
        let stream = archive(&[
            ("0", EntryType::Symlink, b""),
            ("1", EntryType::Regular, b""),
        ]);
        let error =
            receive(&stream[..], &wanted(directory.path()), directory.path()).expect_err("a link");
        assert!(matches!(error, Error::Collect { .. }), "{error}");
        assert!(!directory.path().join("out/a").exists());
    }

    #[test]
    fn a_cut_stream_is_an_error() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let stream = archive(&[("0", EntryType::Regular, &[7; 2000])]);
        receive(&stream[..1500], &wanted(directory.path()), directory.path())
            .expect_err("a cut stream");
        assert!(!directory.path().join("out/a").exists());
    }
}
