// SPDX-License-Identifier: GPL-2.0

//! The file of a livepatch module.
//!
//! It is opened once, and only if nobody but root can have written it; what is looked at is what is loaded and installed.
//!
//! ```text
//!  path ──open_trusted()──► stored bytes ──uncompress()──► image ──parse──► name, vermagic, note, checksum
//!                           what is installed              what is loaded
//! ```

mod error;
pub mod signature;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use klp_build::check::model::{self, Layout, Livepatch};
use klp_build::check::module::Module;
use livepatch_abi::limit::MODULE_NAME;
use livepatch_abi::modinfo::{LIVEPATCH, LIVEPATCH_YES};
use livepatch_abi::note;
use livepatch_elf::note::Note;
use livepatch_elf::{uncompress, Compression, File as Elf, MAX_SIZE};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::system::Root;

pub use error::ModuleFileError;

/// The section with the module's `struct module`, in which the kernel finds the name.
const THIS_MODULE: &str = ".gnu.linkonce.this_module";
/// The section with the checksum that kpatch-build makes.
const CHECKSUM: &str = ".kpatch.checksum";
/// The key of the kernel that the module is for.
const VERMAGIC: &str = "vermagic";
/// The key of the module's name, for modules without [`THIS_MODULE`].
const NAME: &str = "name";

/// The file of a livepatch module, all of which is in memory.
#[derive(Debug)]
pub struct ModuleFile {
    path: PathBuf,
    name: String,
    vermagic: String,
    checksum: Option<String>,
    note: Option<Note>,
    image: Vec<u8>,
    /// The bytes of the file, if they are others than the image.
    compressed: Option<Vec<u8>>,
}

impl ModuleFile {
    /// Opens the file of a livepatch that is to be loaded or installed.
    ///
    /// # Errors
    ///
    /// See [`ModuleFileError`].
    pub fn open(root: &Root, path: impl Into<PathBuf>) -> Result<Self, ModuleFileError> {
        let path = path.into();
        let file = root.open_trusted(root.argument(&path))?;
        let stored = read(root, &path, file)?;

        Self::parse(path, stored)
    }

    /// Takes the bytes of a file.
    fn parse(path: PathBuf, stored: Vec<u8>) -> Result<Self, ModuleFileError> {
        let is_compressed = Compression::of(&stored) != Compression::None;
        let compressed = is_compressed.then(|| stored.clone());
        let (image, _) = uncompress(&path, stored)?;
        let damaged = |error| ModuleFileError::Elf {
            path: path.clone(),
            error,
        };
        let elf = Elf::parse(&image).map_err(damaged)?;
        if !elf.is_relocatable() {
            return Err(damaged(livepatch_elf::Error::NotRelocatable(
                elf.header.e_type,
            )));
        }
        let name = name(&elf).ok_or_else(|| ModuleFileError::NoName { path: path.clone() })?;
        if !is_module_name(&name) {
            return Err(ModuleFileError::Name { path, name });
        }
        if elf.modinfo_value(LIVEPATCH) != Some(LIVEPATCH_YES) {
            return Err(ModuleFileError::NotLivepatch { path });
        }
        let Some(vermagic) = elf.modinfo_value(VERMAGIC).map(str::to_owned) else {
            return Err(ModuleFileError::NoVermagic { path });
        };
        let note = match elf.section_by_name(note::SECTION) {
            Some((_, section)) => Note::parse(elf.endian(), section.bytes()).map_err(|error| {
                ModuleFileError::Note {
                    path: path.clone(),
                    error,
                }
            })?,
            None => None,
        };
        let checksum = elf
            .section_by_name(CHECKSUM)
            .and_then(|(_, section)| text(section.bytes()))
            .map(str::to_owned);

        Ok(Self {
            path,
            name,
            vermagic,
            checksum,
            note,
            image,
            compressed,
        })
    }

    /// Returns the path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the module, as the kernel will call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns which kernel it is for: the release, and what else must fit.
    pub fn vermagic(&self) -> &str {
        &self.vermagic
    }

    /// Returns the release of the kernel that it is for.
    pub fn release(&self) -> &str {
        self.vermagic.split(' ').next().unwrap_or_default()
    }

    /// Checks that it is for the kernel of that release.
    ///
    /// # Errors
    ///
    /// [`ModuleFileError::Release`].
    pub fn check_release(&self, release: &str) -> Result<(), ModuleFileError> {
        match self.release() == release {
            true => Ok(()),
            false => Err(ModuleFileError::Release {
                path: self.path.clone(),
                module: self.release().to_owned(),
                kernel: release.to_owned(),
            }),
        }
    }

    /// Returns the checksum that kpatch-build gave it.
    pub fn checksum(&self) -> Option<&str> {
        self.checksum.as_deref()
    }

    /// Returns what it says of itself.
    pub fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// Returns what the kernel is to load.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Returns the bytes of the file.
    pub fn stored(&self) -> &[u8] {
        self.compressed.as_deref().unwrap_or(&self.image)
    }

    /// Returns what it changes, as far as its tables can be read without the kernel's types.
    ///
    /// # Errors
    ///
    /// The tables are damaged.
    pub fn livepatch(&self) -> Result<Livepatch, ModuleFileError> {
        let damaged = |error| ModuleFileError::Elf {
            path: self.path.clone(),
            error,
        };
        let elf = Elf::parse(&self.image).map_err(damaged)?;
        let module = Module::new(&elf).map_err(damaged)?;

        model::read(&module, &self.name, Layout::default()).map_err(|error| {
            ModuleFileError::Tables {
                path: self.path.clone(),
                error,
            }
        })
    }
}

/// The bytes of any module file, whoever can write it, uncompressed: to look at, not to load.
///
/// # Errors
///
/// It cannot be read.
pub fn look_at(root: &Root, path: &Path) -> Result<Vec<u8>, ModuleFileError> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let file = root.open_file(root.argument(path), flags, Mode::empty())?;
    let stored = read(root, path, file)?;

    Ok(uncompress(path, stored)?.0)
}

/// Returns whether something can be the name of a module.
pub fn is_module_name(name: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');

    !name.is_empty() && name.len() <= MODULE_NAME && name.bytes().all(is_name_byte)
}

/// Returns the name that the kernel will give to a module.
fn name(elf: &Elf<'_>) -> Option<String> {
    elf.section_by_name(THIS_MODULE)
        .and_then(|(_, section)| text(section.bytes()))
        .or_else(|| elf.modinfo_value(NAME))
        .map(str::to_owned)
}

/// Returns the first text in bytes: up to the next NUL.
fn text(bytes: &[u8]) -> Option<&str> {
    let start = bytes.iter().position(|&byte| byte != 0)?;
    let text = bytes.get(start..)?.split(|&byte| byte == 0).next()?;

    std::str::from_utf8(text).ok()
}

fn read(root: &Root, path: &Path, file: OwnedFd) -> Result<Vec<u8>, ModuleFileError> {
    let mut bytes = Vec::new();
    File::from(file)
        .take(MAX_SIZE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| root.error("read", path, error))?;

    match bytes.len() <= MAX_SIZE {
        true => Ok(bytes),
        false => Err(root.error("read", path, Errno::FBIG).into()),
    }
}
