// SPDX-License-Identifier: GPL-2.0

//! Makes the guest's base root: the tar stream of `mmdebstrap` becomes a cpio
//! archive that the kernel unpacks, without what no run needs.
//!
//! Working on streams needs no privilege, keeps modes, and makes device nodes
//! that an ordinary user could not.

use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use tar::EntryType;

use crate::archive::Archive;
use crate::error::Error;

/// Directories left out: every byte is copied by an emulated processor at each boot.
const LEFT_OUT: [&str; 8] = [
    "usr/share/bug",
    "usr/share/doc",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/locale",
    "usr/share/man",
    "usr/share/zoneinfo",
    "var",
];

/// Directory names left out wherever they are: converters between character sets.
const LEFT_OUT_NAMES: [&str; 1] = ["gconv"];

/// Files that a package's maintainer script would have copied into place.
const COPIES: [(&str, &str); 2] = [
    ("usr/share/base-passwd/passwd.master", "etc/passwd"),
    ("usr/share/base-passwd/group.master", "etc/group"),
];

/// Links that a package's maintainer script would have made.
const LINKS: [(&str, &str); 1] = [("usr/bin/awk", "gawk")];

/// Mount points and directories that are there in every guest.
const DIRECTORIES: [(&str, u32); 8] = [
    ("dev", 0o755),
    ("proc", 0o555),
    ("root", 0o700),
    ("run", 0o755),
    ("sys", 0o555),
    ("tmp", 0o1777),
    ("var/lib", 0o755),
    ("var/tmp", 0o1777),
];

fn relative(path: &Path) -> Option<PathBuf> {
    let mut name = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => name.push(part),
            Component::CurDir | Component::RootDir => {}
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    Some(name)
}

fn left_out(name: &Path) -> bool {
    LEFT_OUT.iter().any(|prefix| name.starts_with(prefix))
        || name
            .iter()
            .any(|part| LEFT_OUT_NAMES.iter().any(|out| part == *out))
}

/// Converts a tar stream of a root file system into the guest's base archive.
///
/// Hard links become symbolic links, device nodes are made anew.
///
/// # Errors
///
/// When the stream is damaged or the output cannot be written.
pub fn convert<W: Write>(input: impl Read, output: W) -> Result<W, Error> {
    let read = |source| Error::System {
        what: "read the root's tar stream from standard input",
        source,
    };
    let mut archive = Archive::new(output);
    let mut members = 0_usize;
    for (name, mode) in DIRECTORIES {
        archive.directory(Path::new(name), mode)?;
    }
    let mut tar = tar::Archive::new(input);
    for entry in tar.entries().map_err(read)? {
        let mut entry = entry.map_err(read)?;
        let path = entry.path().map_err(read)?.into_owned();
        let name = relative(&path).ok_or_else(|| Error::GuestPath(path.clone()))?;
        if name.as_os_str().is_empty() {
            continue;
        }
        members += 1;
        let mode = entry.header().mode().map_err(read)? & 0o7777;
        if let Some((_, copy)) = COPIES.iter().find(|(from, _)| name == Path::new(from)) {
            let mut data = Vec::new();
            entry.read_to_end(&mut data).map_err(read)?;
            archive.bytes(Path::new(copy), 0o644, &data)?;
            archive.bytes(&name, mode, &data)?;
            continue;
        }
        if left_out(&name) {
            continue;
        }
        let target = entry
            .link_name()
            .map_err(read)?
            .map(|path| path.into_owned());
        match (entry.header().entry_type(), target) {
            (EntryType::Directory, _) => archive.directory(&name, mode)?,
            (EntryType::Symlink, Some(target)) => archive.link(&name, &target)?,
            (EntryType::Link, Some(target)) => {
                let target = relative(&target).ok_or(Error::GuestPath(target))?;
                archive.link(&name, &Path::new("/").join(target))?;
            }
            (EntryType::Regular | EntryType::Continuous, _) => {
                let size = entry.size();
                archive.file(&name, mode, size, &mut entry)?;
            }
            _ => {}
        }
    }
    if members == 0 {
        return Err(read(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "it is empty",
        )));
    }
    for (name, target) in LINKS {
        archive.link(Path::new(name), Path::new(target))?;
    }
    archive.character_device(Path::new("dev/console"), 0o600, 5, 1)?;
    archive.character_device(Path::new("dev/null"), 0o666, 1, 3)?;
    archive
        .finish()
        .map_err(Error::system("write the base root"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpio::newc;

    fn members(tar: &[u8]) -> Vec<(String, u32, String)> {
        let archive = convert(tar, Vec::new()).expect("a good stream");
        let mut input = &archive[..];
        let mut members = Vec::new();
        loop {
            let mut reader = newc::Reader::new(input).expect("a member");
            if reader.entry().is_trailer() {
                return members;
            }
            let (name, mode) = (reader.entry().name().to_owned(), reader.entry().mode());
            let mut data = String::new();
            reader.read_to_string(&mut data).expect("in memory");
            members.push((name, mode, data));
            input = reader.finish().expect("in memory");
        }
    }

    #[test]
    fn conversion() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut add = |name: &str, kind, link: Option<&str>, data: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_mode(0o755);
            header.set_size(data.len() as u64);
            if let Some(link) = link {
                header.set_link_name(link).expect("short");
            }
            tar.append_data(&mut header, name, data).expect("in memory");
        };
        add("./usr/bin/perl", EntryType::Regular, None, b"program");
        add(
            "./usr/bin/perl5",
            EntryType::Link,
            Some("./usr/bin/perl"),
            b"",
        );
        add("./bin", EntryType::Symlink, Some("usr/bin"), b"");
        add(
            "./usr/share/doc/x/copyright",
            EntryType::Regular,
            None,
            b"words",
        );
        add("./usr/lib/a/gconv/B.so", EntryType::Regular, None, b"table");
        add(
            "./usr/share/base-passwd/passwd.master",
            EntryType::Regular,
            None,
            b"root:",
        );
        add("./dev/full", EntryType::Char, None, b"");
        let members = members(&tar.into_inner().expect("in memory"));
        let find = |name: &str| {
            members
                .iter()
                .find(|member| member.0 == name)
                .map(|member| (member.1, member.2.as_str()))
        };
        assert_eq!(find("usr/bin/perl"), Some((0o100_755, "program")));
        assert_eq!(find("usr/bin/perl5"), Some((0o120_777, "/usr/bin/perl")));
        assert_eq!(find("bin"), Some((0o120_777, "usr/bin")));
        assert_eq!(find("etc/passwd"), Some((0o100_644, "root:")));
        assert_eq!(find("usr/bin/awk"), Some((0o120_777, "gawk")));
        assert_eq!(find("tmp"), Some((0o041_777, "")));
        assert_eq!(find("dev/console").map(|(mode, _)| mode), Some(0o020_600));
        assert_eq!(find("usr/share/doc/x/copyright"), None);
        assert_eq!(find("usr/lib/a/gconv/B.so"), None);
        assert_eq!(find("dev/full"), None);
    }

    #[test]
    fn an_empty_or_damaged_stream_is_an_error() {
        convert(&b""[..], Vec::new()).expect_err("empty");
        convert(&[b'x'; 1024][..], Vec::new()).expect_err("no tar");
    }
}
