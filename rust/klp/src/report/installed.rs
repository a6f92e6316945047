// SPDX-License-Identifier: GPL-2.0

//! Livepatches that are installed for the running kernel, and not active in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use livepatch_abi::modinfo::LIVEPATCH;
use livepatch_abi::note;
use livepatch_elf::note::Note;
use livepatch_elf::{uncompress, File, MAX_SIZE};
use serde::Serialize;

use super::fix::Fix;
use super::livepatch::Livepatch;
use super::origin::{is_release, module_files_in};
use crate::paths::INSTALLED;
use crate::system::{Root, SystemError};

/// A livepatch that is installed, and not active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inactive {
    /// The name of the module, by its file's.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
    /// Its version and release.
    pub version: Option<String>,
    /// What it would fix; [`None`] if it does not say.
    pub fixes: Option<Vec<Fix>>,
    /// Why that is so.
    pub problem: Option<String>,
}

/// Returns the livepatches that are installed for a kernel, and not among those that are enabled.
///
/// What is wrong with one is its problem.
///
/// # Errors
///
/// Directories cannot be read.
pub fn inactive(
    root: &Root,
    release: &str,
    livepatches: &[Livepatch],
) -> Result<Vec<Inactive>, SystemError> {
    let is_active = |name: &str| {
        livepatches
            .iter()
            .any(|livepatch| livepatch.patch.enabled && livepatch.patch.name == name)
    };

    Ok(files(root, release)?
        .into_iter()
        .filter(|(name, _)| !is_active(name))
        .map(|(name, file)| look_at(root, name, file))
        .collect())
}

/// Returns the files of installed livepatches by the names of their modules; one that is in several places is listed once.
fn files(root: &Root, release: &str) -> Result<BTreeMap<String, PathBuf>, SystemError> {
    let mut files = BTreeMap::new();
    if !is_release(release) {
        return Ok(files);
    }

    for directory in [
        format!("{INSTALLED}/{release}"),
        format!("/lib/modules/{release}/livepatch"),
    ] {
        for (name, file) in module_files_in(root, &directory)? {
            files.entry(name).or_insert(file);
        }
    }
    Ok(files)
}

fn look_at(root: &Root, name: String, file: PathBuf) -> Inactive {
    let mut inactive = Inactive {
        name,
        version: None,
        fixes: None,
        problem: None,
        file,
    };

    match note_of(root, &inactive.file) {
        Ok(Some(note)) => {
            inactive.version = note.version;
            inactive.fixes = Some(note.fixes.iter().map(Fix::from).collect());
        }
        Ok(None) => (),
        Err(problem) => inactive.problem = Some(problem),
    }
    inactive
}

/// Returns the note of a module file; what is wrong with the file is told in one line.
fn note_of(root: &Root, path: &Path) -> Result<Option<Note>, String> {
    let bytes = root
        .read(path, MAX_SIZE)
        .map_err(|error| error.to_string())?;
    let (bytes, _) = uncompress(path, bytes).map_err(|error| error.to_string())?;
    let file = File::parse(&bytes).map_err(|error| error.to_string())?;

    if file.modinfo_value(LIVEPATCH).is_none() {
        return Err("it is no livepatch".to_owned());
    }
    match file.section_by_name(note::SECTION) {
        Some((_, section)) => {
            Note::parse(file.endian(), section.bytes()).map_err(|error| error.to_string())
        }
        None => Ok(None),
    }
}
