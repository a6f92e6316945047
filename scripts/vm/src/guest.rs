// SPDX-License-Identifier: GPL-2.0

//! What the guest finds in its root: the base, its init, the run's files and orders.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::MemfdFlags;

use crate::archive::{member, Archive};
use crate::collect::Collect;
use crate::error::Error;
use crate::modules::{self, Directory};

const INIT: &[u8] = include_bytes!("../guest/init");
const FSTAB: &[u8] = include_bytes!("../guest/fstab");

/// The kernel looks for a cpio archive behind another one only at multiples of this.
const ALIGNMENT: u64 = 4;

/// What to do in the guest.
#[derive(Debug, Default)]
pub struct Task {
    /// The command and its arguments.
    pub command: Vec<OsString>,
    /// What to take over from the guest at the end.
    pub collect: Vec<Collect>,
    /// `TERM rows columns` of the user's terminal, for an interactive command.
    pub terminal: Option<String>,
}

/// A file or directory of the host and its place in the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path on the host.
    pub host: PathBuf,
    /// The path in the guest.
    pub guest: PathBuf,
}

/// What is in the guest's root besides the base.
#[derive(Debug, Default)]
pub struct Contents {
    /// Single files.
    pub files: Vec<Place>,
    /// Whole directories.
    pub trees: Vec<Place>,
    /// The kernel's directory of modules, from which only those that are wanted or needed are taken.
    pub modules: Option<PathBuf>,
    /// Modules wanted from it.
    pub wanted_modules: Vec<String>,
    /// Whether the guest goes on to the system on its disk, which gets to see the files, directories and modules.
    pub disk: bool,
}

/// A mark that no stream holds by chance.
///
/// # Errors
///
/// When the system has no random numbers.
pub fn mark() -> Result<Vec<u8>, Error> {
    let path = Path::new("/dev/urandom");
    let mut random = [0; 16];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut random))
        .map_err(Error::file("read", path))?;
    let mut mark = b"\0end of stream ".to_vec();
    for byte in random {
        mark.extend_from_slice(format!("{byte:02x}").as_bytes());
    }
    mark.push(0);
    Ok(mark)
}

fn list<'a>(items: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut text = Vec::new();
    for item in items {
        text.extend_from_slice(item);
        text.push(0);
    }
    text
}

fn add<W: Write>(
    archive: &mut Archive<W>,
    task: &Task,
    contents: &Contents,
    drivers: &[&str],
    mark: &[u8],
) -> Result<(), Error> {
    let mut loaded: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for tree in &contents.trees {
        let name = member(&tree.guest)?;
        archive.host_tree(&tree.host, &name)?;
        shown.push(name);
    }
    for file in &contents.files {
        let name = member(&file.guest)?;
        archive.host_file(&file.host, &name)?;
        shown.push(name);
    }
    if let Some(path) = &contents.modules {
        let directory = Directory::open(path)?;
        loaded.extend(drivers.iter().filter(|name| directory.has(name)));
        let mut wanted = contents.wanted_modules.clone();
        wanted.extend(loaded.iter().map(ToString::to_string));
        let files = directory.closure(&wanted, modules::depends)?;
        let target = Path::new("usr/lib/modules").join(&directory.release);
        let tables = modules::TABLES.iter().filter(|_| !files.is_empty());
        for table in tables {
            let source = directory.path.join(table);
            if source.is_file() {
                archive.host_file(&source, &target.join(table))?;
            }
        }
        if !files.is_empty() {
            shown.push(target.clone());
        }
        for file in files {
            let below = file.strip_prefix(&directory.path).unwrap_or(&file);
            archive.host_file(&file, &target.join(below))?;
        }
    } else if let Some(name) = contents.wanted_modules.first() {
        return Err(Error::NoModulesDirectory(name.clone()));
    }
    // Last, so that no file of the caller's takes their place.
    archive.bytes(Path::new("init"), 0o755, INIT)?;
    let orders = Path::new(".vm");
    archive.bytes(&orders.join("fstab"), 0o644, FSTAB)?;
    archive.bytes(&orders.join("mark"), 0o644, mark)?;
    let loaded = list(loaded.iter().map(|name| name.as_bytes()));
    archive.bytes(&orders.join("drivers"), 0o644, &loaded)?;
    let command = list(task.command.iter().map(|word| word.as_bytes()));
    archive.bytes(&orders.join("command"), 0o644, &command)?;
    let collect = list(
        task.collect
            .iter()
            .map(|one| one.guest.as_os_str().as_bytes()),
    );
    archive.bytes(&orders.join("collect"), 0o644, &collect)?;
    if contents.disk {
        let shown = list(shown.iter().map(|name| name.as_os_str().as_bytes()));
        archive.bytes(&orders.join("disk"), 0o644, &shown)?;
    }
    if let Some(terminal) = &task.terminal {
        archive.bytes(
            &orders.join("terminal"),
            0o644,
            format!("{terminal}\n").as_bytes(),
        )?;
    }
    Ok(())
}

/// Makes the initramfs in memory: the base archive and, behind it, the run's own.
///
/// # Arguments
///
/// * `base` - the base archive
/// * `task` - what to do in the guest
/// * `contents` - what else is in its root
/// * `drivers` - modules that it loads first, of those that the kernel has as modules
/// * `mark` - what ends its streams
///
/// # Errors
///
/// When a file cannot be read or cannot be held by the archive.
pub fn initramfs(
    base: &Path,
    task: &Task,
    contents: &Contents,
    drivers: &[&str],
    mark: &[u8],
) -> Result<OwnedFd, Error> {
    let memory = rustix::fs::memfd_create("initramfs", MemfdFlags::CLOEXEC)
        .map_err(Error::system("get memory for the initramfs"))?;
    let mut memory = File::from(memory);
    let mut source = File::open(base).map_err(Error::file("open", base))?;
    io::copy(&mut source, &mut memory).map_err(Error::file("read", base))?;
    let position = memory.stream_position().map_err(Error::system("seek"))?;
    let padding = position.next_multiple_of(ALIGNMENT) - position;
    io::copy(&mut io::repeat(0).take(padding), &mut memory).map_err(Error::system("write"))?;
    let mut archive = Archive::new(io::BufWriter::new(memory));
    add(&mut archive, task, contents, drivers, mark)?;
    let memory = archive
        .finish()
        .and_then(|output| output.into_inner().map_err(io::IntoInnerError::into_error))
        .map_err(Error::system("write the initramfs"))?;
    Ok(memory.into())
}
