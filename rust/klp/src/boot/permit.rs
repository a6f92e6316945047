// SPDX-License-Identifier: GPL-2.0

//! What the policy does not allow to be loaded.

use std::path::{Path, PathBuf};

use crate::module_file::{ModuleFile, ModuleFileError};
use crate::policy::Policy;
use crate::store::Installed;

/// Why a livepatch is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is somewhere else.
    #[error("the policy does not allow livepatches of {} (load.directories)", .0.display())]
    Directory(PathBuf),
    /// It fixes what is to stay as it is.
    #[error("it fixes {0}, which the policy blocks (blocked.cves)")]
    Cve(String),
    /// It replaces what is to stay as it is.
    #[error("it replaces {object}:{function}, which the policy blocks (blocked.functions)")]
    Function {
        /// The object.
        object: String,
        /// The function.
        function: String,
    },
    /// It cannot be told what it replaces.
    #[error("the policy blocks functions, and which it replaces cannot be told: {0}")]
    Unknown(ModuleFileError),
}

/// Checks what the policy says of a livepatch.
pub(super) fn check(
    policy: &Policy,
    installed: &Installed,
    module: &ModuleFile,
) -> Result<(), Refusal> {
    let path = installed.path();
    let directory = path.parent().unwrap_or(Path::new("/"));

    if !policy.allows_directory(directory) {
        return Err(Refusal::Directory(directory.to_owned()));
    }
    let fixes = module.note().map(|note| note.fixes.as_slice());
    let blocked = fixes
        .unwrap_or_default()
        .iter()
        .flat_map(|fix| &fix.cves)
        .find(|cve| policy.blocks_cve(cve));
    if let Some(cve) = blocked {
        return Err(Refusal::Cve(cve.clone()));
    }
    if policy.blocked.functions.is_empty() {
        return Ok(());
    }
    let livepatch = module.livepatch().map_err(Refusal::Unknown)?;
    for object in &livepatch.objects {
        for func in &object.funcs {
            if policy.blocks_function(&object.name, &func.old_name) {
                return Err(Refusal::Function {
                    object: object.name.clone(),
                    function: func.old_name.clone(),
                });
            }
        }
    }
    Ok(())
}
