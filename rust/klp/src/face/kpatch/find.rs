// SPDX-License-Identifier: GPL-2.0

//! Which file an argument means.

use std::path::{Path, PathBuf};

use rustix::fs::{fstat, FileType, Mode, OFlags};

use crate::proc::kernel;
use crate::store;
use crate::system::{Root, SystemError};

/// Finds the file: an argument with `.ko` in it is a path, or a file that is installed for the running kernel; without, it is the
/// name of a module that is installed for it.
///
/// # Errors
///
/// The system cannot be looked at.
pub(super) fn find(root: &Root, argument: &str) -> Result<Option<PathBuf>, SystemError> {
    if argument.contains(".ko") {
        let path = PathBuf::from(argument);
        if is_file(root, &root.argument(&path)) {
            return Ok(Some(path));
        }
    }
    let release = kernel::release(root)?;
    if argument.contains(".ko") {
        let path = store::directory(&release).join(argument);
        return Ok(is_file(root, &path).then_some(path));
    }
    let name = argument.replace('-', "_");

    Ok(store::of(root, &release)?
        .into_iter()
        .find(|installed| installed.name() == name)
        .map(|installed| installed.path()))
}

/// Returns whether there is a regular file, perhaps behind symbolic links.
pub(super) fn is_file(root: &Root, path: &Path) -> bool {
    root.open_file(path, OFlags::PATH, Mode::empty())
        .ok()
        .and_then(|file| fstat(&file).ok())
        .is_some_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
}
