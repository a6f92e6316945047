// SPDX-License-Identifier: GPL-2.0

//! What a module file says of the livepatch in it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use livepatch_abi::signature::MAGIC;

use crate::module_file::ModuleFile;
use crate::policy::{Policy, SignaturePolicy};
use crate::signer;
use crate::system::System;

use super::{Function, Subject};

impl Subject {
    /// Returns what a module file says, and whether it has the signature that the policy asks for.
    pub fn under(policy: &Policy, system: &System, module: &ModuleFile) -> Self {
        let path = system.root.argument(module.path());
        let untrusted = match policy.signature.policy {
            SignaturePolicy::Off => None,
            SignaturePolicy::Warn | SignaturePolicy::Require => {
                signer::verify(system, module, &policy.signature)
                    .err()
                    .map(|error| error.to_string())
            }
        };

        Self {
            directory: path.parent().map_or_else(PathBuf::new, PathBuf::from),
            untrusted,
            ..Self::of(module)
        }
    }

    /// Returns what a module file says.
    ///
    /// The functions are those of its tables; if they are made at run time only, those of its note.
    pub fn of(module: &ModuleFile) -> Self {
        let livepatch = module.livepatch().ok().filter(|tables| tables.is_known());
        let fixes = module.note().map_or(&[][..], |note| &note.fixes);
        let mut functions: BTreeSet<Function> = BTreeSet::new();

        for (object, func) in livepatch.iter().flat_map(|tables| tables.funcs()) {
            functions.insert(Function {
                object: object.name.clone(),
                name: func.old_name.clone(),
                sympos: u32::try_from(func.sympos).unwrap_or(u32::MAX),
            });
        }
        if livepatch.is_none() {
            functions.extend(fixes.iter().flat_map(|fix| &fix.functions).map(|function| {
                Function {
                    object: function.object.clone(),
                    name: function.name.clone(),
                    sympos: function.sympos,
                }
            }));
        }
        Self {
            name: module.name().to_owned(),
            directory: module
                .path()
                .parent()
                .map_or_else(PathBuf::new, PathBuf::from),
            vermagic: module.vermagic().to_owned(),
            replace: livepatch
                .as_ref()
                .and_then(|tables| tables.replace)
                .or_else(|| module.note()?.replace),
            states: livepatch.as_ref().and_then(|tables| {
                let states = tables.states.as_ref()?;
                Some(
                    states
                        .iter()
                        .map(|state| (state.id, state.version))
                        .collect(),
                )
            }),
            are_functions_known: livepatch.is_some() || !functions.is_empty(),
            functions: functions.into_iter().collect(),
            cves: fixes.iter().flat_map(|fix| fix.cves.clone()).collect(),
            is_signed: module.image().ends_with(MAGIC),
            untrusted: None,
        }
    }
}
