// SPDX-License-Identifier: GPL-2.0

//! Where a livepatch came from: its file, and the package that the file belongs to.

use std::path::PathBuf;

use crate::package::{Database, Package, PackageError};
use crate::paths::INSTALLED;
use crate::store;
use crate::system::{Root, System, SystemError, MAX_ATTRIBUTE};

/// The most that `modules.dep` has, in bytes; Debian's has half a megabyte.
const MAX_MODULES_DEP: usize = 256 * MAX_ATTRIBUTE;

/// Where modules of livepatch packages are, below `/lib/modules/<release>`; `depmod` need not have run.
const DIRECTORIES: [&str; 4] = ["livepatch", "updates", "extra", "weak-updates"];

/// A package with a livepatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file of the module.
    pub file: PathBuf,
    /// The database that knows the package.
    pub database: Database,
    /// The package.
    pub package: Package,
}

/// Why it cannot be told where a livepatch came from.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// Files cannot be read.
    #[error(transparent)]
    System(#[from] SystemError),
    /// Packages cannot be asked about.
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// Returns the package that a livepatch for a kernel came in; [`None`] if no package has its file.
///
/// # Errors
///
/// See [`OriginError`].
pub fn origin(system: &System, release: &str, module: &str) -> Result<Option<Origin>, OriginError> {
    let databases = Database::present(system);
    if databases.is_empty() {
        return Ok(None);
    }

    for file in module_files(&system.root, release, module)? {
        for &database in &databases {
            if let Some(package) = database.owner(system, &file)? {
                return Ok(Some(Origin {
                    file,
                    database,
                    package,
                }));
            }
        }
    }
    Ok(None)
}

/// Returns whether something can be the directory of one kernel's modules.
pub(super) fn is_release(release: &str) -> bool {
    !release.is_empty() && !release.starts_with('.') && !release.contains('/')
}

/// Returns the files that a module can have come from; what is installed for the boot first.
fn module_files(root: &Root, release: &str, module: &str) -> Result<Vec<PathBuf>, SystemError> {
    if !is_release(release) {
        return Ok(Vec::new());
    }
    let modules = format!("/lib/modules/{release}");
    let mut files = files_in(root, &format!("{INSTALLED}/{release}"), module)?;

    for directory in DIRECTORIES {
        files.extend(files_in(root, &format!("{modules}/{directory}"), module)?);
    }
    if files.is_empty() {
        files.extend(in_modules_dep(root, &modules, module)?);
    }
    Ok(files)
}

fn files_in(root: &Root, directory: &str, module: &str) -> Result<Vec<PathBuf>, SystemError> {
    Ok(module_files_in(root, directory)?
        .into_iter()
        .filter(|(name, _)| name == module)
        .map(|(_, file)| file)
        .collect())
}

/// Returns the module files of a directory, each with the name of its module, by file; there are none in a directory that is not
/// there, is none, or that only root may look into.
pub(super) fn module_files_in(
    root: &Root,
    directory: &str,
) -> Result<Vec<(String, PathBuf)>, SystemError> {
    use rustix::io::Errno;

    let entries = match root.list_optional(directory) {
        Ok(entries) => entries,
        Err(error) if error.is_denied() => return Ok(Vec::new()),
        Err(error) if error.errno() == Some(Errno::NOTDIR.raw_os_error()) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };

    Ok(entries
        .into_iter()
        .filter(|entry| !entry.is_directory)
        .filter_map(|entry| {
            let module = module_of(&entry.name)?;
            Some((module, PathBuf::from(directory).join(entry.name)))
        })
        .collect())
}

/// Returns the name of the module in a file, by the file's name.
fn module_of(file: &str) -> Option<String> {
    store::strip_suffix(file)
        .filter(|name| !name.starts_with('.'))
        .map(|name| name.replace('-', "_"))
}

/// Finds a module in what `depmod` has written: lines of `<path>: <paths that it needs>`.
fn in_modules_dep(
    root: &Root,
    modules: &str,
    module: &str,
) -> Result<Option<PathBuf>, SystemError> {
    let bytes = match root.read(format!("{modules}/modules.dep"), MAX_MODULES_DEP) {
        Ok(bytes) => bytes,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };

    Ok(String::from_utf8_lossy(&bytes)
        .lines()
        .filter_map(|line| line.split(':').next())
        .find(|path| path.rsplit('/').next().and_then(module_of).as_deref() == Some(module))
        .map(|path| PathBuf::from(modules).join(path)))
}
