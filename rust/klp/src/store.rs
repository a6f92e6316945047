// SPDX-License-Identifier: GPL-2.0

//! The livepatches that are installed: `/var/lib/kpatch/<release>/<file>`, loaded at boot.
//!
//! A file is there as a whole or not at all, also after a power cut.

use std::path::{Path, PathBuf};

use crate::module_file::ModuleFile;
use crate::paths::INSTALLED;
use crate::system::{Directory, Root, SystemError, Untrusted, UNFINISHED};

/// What the names of module files end in, and of those that are compressed.
pub const SUFFIXES: [&str; 4] = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"];

/// An installed livepatch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// The release of the kernel that it is installed for.
    pub release: String,
    /// The name of its file.
    pub file: String,
}

/// Why something was not installed, or not uninstalled.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system says so.
    #[error(transparent)]
    System(#[from] SystemError),
    /// Others than root can write the directory.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// One of the name is there.
    #[error("{} is already installed", .0.display())]
    Exists(PathBuf),
    /// It is no release of a kernel, or no name of a file.
    #[error("{0:?} is no release of a kernel: it would not be below {INSTALLED}")]
    Release(String),
    /// The file is not named as modules are.
    #[error("{} is not named as a module file is: .ko, .ko.xz, .ko.zst or .ko.gz", .0.display())]
    File(PathBuf),
}

impl Installed {
    /// Returns the path of its file.
    pub fn path(&self) -> PathBuf {
        directory(&self.release).join(&self.file)
    }

    /// Returns the name that its file is called by; the module can have another one.
    pub fn name(&self) -> String {
        name_of_file(&self.file)
    }
}

/// Returns where livepatches for a kernel are installed.
pub fn directory(release: &str) -> PathBuf {
    Path::new(INSTALLED).join(release)
}

/// Returns the name of a module by its file's: without the directory and what module files end in, and with underscores.
pub fn name_of_file(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or_default();

    strip_suffix(file).unwrap_or(file).replace('-', "_")
}

/// Returns the name of a file without what module files end in; [`None`] if it does not end so.
pub fn strip_suffix(file: &str) -> Option<&str> {
    SUFFIXES
        .iter()
        .find_map(|suffix| file.strip_suffix(suffix))
        .filter(|name| !name.is_empty() && !name.ends_with('/'))
}

/// Returns the installed livepatches of all kernels, by release and file.
///
/// # Errors
///
/// The directory cannot be read.
pub fn all(root: &Root) -> Result<Vec<Installed>, SystemError> {
    let mut all = Vec::new();

    for entry in root.list_optional(INSTALLED)? {
        if is_visible(&entry.name) {
            match of(root, &entry.name) {
                Ok(installed) => all.extend(installed),
                // A file between the directories, or one that goes meanwhile.
                Err(error) if error.is_not_found() || error.is_not_a_directory() => (),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(all)
}

/// Returns the livepatches that are installed for a kernel, by file: the order in which they are loaded.
///
/// # Errors
///
/// The directory cannot be read.
pub fn of(root: &Root, release: &str) -> Result<Vec<Installed>, SystemError> {
    Ok(root
        .list_optional(directory(release))?
        .into_iter()
        .filter(|entry| is_visible(&entry.name) && strip_suffix(&entry.name).is_some())
        .map(|entry| Installed {
            release: release.to_owned(),
            file: entry.name,
        })
        .collect())
}

/// Installs a livepatch for a kernel, and returns its path. The caller has the [`crate::lock::Lock`].
///
/// # Errors
///
/// See [`StoreError`]; then nothing has changed, but for an empty directory perhaps.
pub fn install(root: &Root, module: &ModuleFile, release: &str) -> Result<PathBuf, StoreError> {
    check_release(release)?;
    let file = module
        .path()
        .file_name()
        .and_then(|file| file.to_str())
        .filter(|file| strip_suffix(file).is_some() && is_visible(file))
        .ok_or_else(|| StoreError::File(module.path().to_owned()))?;
    let directory = directory(release);
    let path = directory.join(file);

    if root.exists(&path) {
        return Err(StoreError::Exists(module.path().to_owned()));
    }
    let result = Directory::make(root, &directory)
        .map_err(StoreError::from)
        .and_then(|_| {
            let open = root.open_trusted_directory(&directory)?;

            let place = Directory::new(root, open, &directory);
            place.write(file, module.stored(), 0o644).inspect_err(|_| {
                // It was in its place already, perhaps, and nobody knows whether it stays there.
                let _ = place.remove(file);
            })?;
            Ok(())
        });
    if result.is_err() {
        // An empty directory that stays is no harm, and what has failed is what counts.
        let _ = remove_directories(root, release);
    }
    result.map(|()| path)
}

/// Uninstalls a livepatch, and the directories that are empty then. The caller has the [`crate::lock::Lock`].
///
/// # Errors
///
/// See [`StoreError`].
pub fn uninstall(root: &Root, installed: &Installed) -> Result<(), StoreError> {
    check_release(&installed.release)?;
    let path = directory(&installed.release);
    let open = root.open_trusted_directory(&path)?;
    let directory = Directory::new(root, open, &path);

    directory.remove(&installed.file)?;
    // Of somebody who was killed while installing.
    for entry in root.list_optional(&path)? {
        if entry.name.starts_with('.') && entry.name.ends_with(UNFINISHED) {
            directory.remove(&entry.name)?;
        }
    }
    remove_directories(root, &installed.release)
}

/// Removes the directory of a kernel, and that of all, as far as they are empty.
fn remove_directories(root: &Root, release: &str) -> Result<(), StoreError> {
    let all = Path::new(INSTALLED);
    let above = all.parent().unwrap_or(Path::new("/"));
    let name = all.file_name().and_then(|name| name.to_str());

    let open = root.open_trusted_directory(all)?;
    let gone = Directory::new(root, open, all).remove_if_empty(release)?;
    if let (true, Some(name)) = (gone, name) {
        let open = root.open_trusted_directory(above)?;
        Directory::new(root, open, above).remove_if_empty(name)?;
    }
    Ok(())
}

/// A release is one name, and no other directory than its own.
fn check_release(release: &str) -> Result<(), StoreError> {
    match !release.is_empty() && !release.starts_with('.') && !release.contains('/') {
        true => Ok(()),
        false => Err(StoreError::Release(release.to_owned())),
    }
}

/// Patterns of the shell, with which everybody finds installed livepatches, do not find names that begin with a dot.
fn is_visible(name: &str) -> bool {
    !name.starts_with('.')
}
