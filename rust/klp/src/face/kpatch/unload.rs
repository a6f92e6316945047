// SPDX-License-Identifier: GPL-2.0

//! `kpatch unload`.

use super::observer::Printer;
use super::{failed, lock, recorded, warn, Record};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{Action, Outcome};
use crate::operation::{self, Limits, UnloadError};
use crate::store;
use crate::sysfs::patch;

/// `kpatch unload MODULE`.
pub(super) fn one(argument: &str, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let name = store::name_of_file(argument.trim_end_matches('/'));
    let _lock = lock(context)?;

    match unload(&name, context) {
        Ok(_) => Ok(Exit::Success),
        Err(error) => Err(failure(error, context)),
    }
}

/// `kpatch unload --all`.
pub(super) fn all(context: &mut Context<'_>) -> Result<Exit, Failure> {
    let root = &context.system.root;
    if patch::names(root)?.is_empty() {
        return Ok(Exit::Success);
    }
    let _lock = lock(context)?;

    // Kernels before 5.1 disable only the last one that was enabled.
    loop {
        let before = patch::names(root)?;
        for name in &before {
            // Another one may have replaced it meanwhile.
            if !root.exists(patch::attribute(name, "enabled")) {
                continue;
            }
            match unload(name, context) {
                Ok(_) => (),
                Err(error @ UnloadError::Stalled { .. }) => {
                    let failure = failure(error, context);
                    warn(context, failure.error);
                }
                Err(UnloadError::NotLoaded { .. } | UnloadError::Disable { .. }) => (),
                Err(error) => return Err(failure(error, context)),
            }
        }
        // Each round takes something away, or is the last one.
        if patch::names(root)?.len() >= before.len() {
            break;
        }
    }
    let left = patch::names(root)?;
    for name in &left {
        warn(context, format_args!("failed to unload module {name}"));
    }
    Ok(match left.is_empty() {
        true => Exit::Success,
        false => Exit::Failure,
    })
}

fn unload(name: &str, context: &mut Context<'_>) -> Result<bool, UnloadError> {
    recorded(context, Action::Unload, name, |context| {
        let system = context.system;
        let printer = &mut Printer::new(context);
        let result = operation::unload(system, name, &Limits::KPATCH, printer);
        let outcome = match result {
            Ok(_) => Outcome::Done,
            Err(UnloadError::Stalled { .. }) => Outcome::Stalled,
            Err(_) => Outcome::Failed,
        };

        let detail = match &result {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };

        (Record { outcome, detail }, result)
    })
}

/// Says why it has failed, in the words of kpatch.
pub(super) fn failure(error: UnloadError, context: &mut Context<'_>) -> Failure {
    match error {
        UnloadError::System(error) => error.into(),
        UnloadError::NotLoaded { name } => {
            warn(context, format_args!("patch module {name} is not loaded"));
            failed(format_args!("failed to disable module {name}"))
        }
        // The reason was printed when it happened.
        UnloadError::Disable { name, .. } => {
            failed(format_args!("failed to disable module {name}"))
        }
        UnloadError::Stalled { name } => failed(format_args!("transition stalled for {name}")),
        UnloadError::InUse { name } => {
            failed(format_args!("failed to unload module {name} (refcnt)"))
        }
    }
}
