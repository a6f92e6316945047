// SPDX-License-Identifier: GPL-2.0

//! `kpatch load`.

use std::path::Path;

use super::observer::Printer;
use super::{die, failed, find, lock, obey, recorded, unload, warn, Record};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{Action, Outcome};
use crate::module_file::ModuleFile;
use crate::operation::{self, Limits, LoadError};
use crate::proc::kernel;
use crate::store;

/// `kpatch load MODULE`.
pub(super) fn one(argument: &str, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let Some(path) = find::find(&context.system.root, argument)? else {
        return die(format_args!("can't find {argument}"));
    };
    let _lock = lock(context)?;

    load(&path, context)?;
    Ok(Exit::Success)
}

/// `kpatch load --all`.
pub(super) fn all(context: &mut Context<'_>) -> Result<Exit, Failure> {
    let root = &context.system.root;
    let installed = store::of(root, &kernel::release(root)?)?;
    if installed.is_empty() {
        return Ok(Exit::Success);
    }
    let _lock = lock(context)?;

    for installed in installed {
        load(&installed.path(), context)?;
    }
    Ok(Exit::Success)
}

fn load(path: &Path, context: &mut Context<'_>) -> Result<(), Failure> {
    let module = match ModuleFile::open(&context.system.root, path) {
        Ok(module) => module,
        Err(error) => {
            warn(context, error);
            return die(format_args!("failed to load module {}", path.display()));
        }
    };
    obey(
        &module,
        None,
        format_args!("failed to load module {}", path.display()),
        context,
    )?;

    recorded(context, Action::Load, module.name(), |context| {
        let system = context.system;
        let printer = &mut Printer::new(context);
        let (outcome, result) = match operation::load(system, &module, &Limits::KPATCH, printer) {
            Ok(_) => (Outcome::Done, Ok(())),
            Err(error) => {
                let outcome = match error {
                    LoadError::Reverted { .. } => Outcome::Reverted,
                    LoadError::Stalled { .. } | LoadError::NotReverted { .. } => Outcome::Stalled,
                    _ => Outcome::Failed,
                };
                (outcome, Err(failure(path, error, context)))
            }
        };

        (Record::of(outcome, &result), result)
    })
}

/// Says why it has failed, in the words of kpatch.
fn failure(path: &Path, error: LoadError, context: &mut Context<'_>) -> Failure {
    let path = path.display();

    match error {
        LoadError::System(error) => error.into(),
        LoadError::NotSupported => {
            warn(context, error);
            failed("can't find core module")
        }
        LoadError::File(error) => {
            warn(context, error);
            failed(format_args!("failed to load module {path}"))
        }
        // The reason was printed when it happened.
        LoadError::Refused { .. } => failed(format_args!("failed to load module {path}")),
        LoadError::Checksum { name, .. } => failed(format_args!(
            "error: cannot re-enable patch module {name}, cannot verify checksum match"
        )),
        LoadError::Reenable { name, error } => {
            warn(context, error);
            failed(format_args!("failed to re-enable module {name}"))
        }
        LoadError::Stalled { name }
        | LoadError::Reverted {
            name,
            disabled: false,
        } => failed(format_args!(
            "error: failed to load module {name} (transition stalled)"
        )),
        LoadError::Reverted {
            name,
            disabled: true,
        } => failed(format_args!(
            "error: failed to re-enable module {name} (transition stalled), patch disabled"
        )),
        LoadError::Leftover { error, .. } | LoadError::NotReverted { error, .. } => {
            unload::failure(error, context)
        }
    }
}
