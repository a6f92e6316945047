// SPDX-License-Identifier: GPL-2.0

//! `kpatch install` and `kpatch uninstall`.

use std::io;
use std::path::Path;

use super::arguments::{self, Arguments};
use super::{die, failed, lock, obey, recorded, warn, Record};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{Action, Outcome};
use crate::module_file::{ModuleFile, ModuleFileError};
use crate::proc::kernel;
use crate::store::{self, Installed, StoreError};
use crate::system::{CommandLine, Root};

/// Where the unit of the service can be.
const UNITS: [&str; 3] = [
    "/usr/lib/systemd/system/kpatch.service",
    "/lib/systemd/system/kpatch.service",
    "/etc/systemd/system/kpatch.service",
];

/// Reads the arguments: a module and the release of a kernel.
fn parse(given: &[&str], context: &mut Context<'_>) -> Result<(String, String), Failure> {
    let Arguments { release, module } = match arguments::parse(given) {
        Ok(arguments) => arguments,
        Err(message) => {
            writeln!(context.err, "{message}")?;
            return die("getopt failed");
        }
    };
    let Some(module) = module.filter(|module| !module.is_empty()) else {
        return die("no module file specified");
    };
    let release = match release {
        Some(release) => release,
        None => kernel::release(&context.system.root)?,
    };

    Ok((module, release))
}

/// `kpatch install`.
pub(super) fn install(given: &[&str], context: &mut Context<'_>) -> Result<Exit, Failure> {
    let (path, release) = parse(given, context)?;
    let root = &context.system.root;

    if !root.exists(root.argument(Path::new(&path))) {
        return die(format_args!("{path} doesn't exist"));
    }
    if store::strip_suffix(&path).is_none() {
        return die(format_args!("{path} isn't a .ko file"));
    }
    let module = match ModuleFile::open(root, &path) {
        Ok(module) => module,
        Err(error @ (ModuleFileError::Elf { .. } | ModuleFileError::Read(_))) => {
            warn(context, error);
            return die("modinfo failed");
        }
        Err(ModuleFileError::NoVermagic { .. }) => {
            return die(format_args!("invalid module version  for kernel {release}"));
        }
        Err(error) => return Err(error.into()),
    };
    if module.release() != release {
        return die(format_args!(
            "invalid module version {} for kernel {release}",
            module.release()
        ));
    }
    let _lock = lock(context)?;
    let file = Path::new(&path).file_name().unwrap_or_default();
    if root.exists(store::directory(&release).join(file)) {
        return die(format_args!("{path} is already installed"));
    }

    obey(
        &module,
        Some(store::directory(&release)),
        format_args!("failed to install module {path}"),
        context,
    )?;

    // Nobody listens, perhaps: no reason not to do it.
    let _ = writeln!(context.out, "installing {path} ({release})");
    recorded(context, Action::Install, module.name(), |context| {
        let (outcome, result) = match store::install(root, &module, &release) {
            Ok(_) => (Outcome::Done, Ok(Exit::Success)),
            Err(error) => {
                let message = match error {
                    StoreError::Exists(_) => format!("{path} is already installed"),
                    _ => format!("failed to install module {path}"),
                };
                warn(context, error);
                (Outcome::Failed, Err(failed(message)))
            }
        };

        (Record::of(outcome, &result), result)
    })?;
    enable_service(&path, context)
}

/// Has systemd load what is installed at boot, on a machine that has it.
fn enable_service(module: &str, context: &Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let root = &system.root;
    let mut words = vec!["systemctl".to_owned()];

    if !root.is_machine() {
        if !UNITS.iter().any(|unit| root.exists(unit)) {
            return Ok(Exit::Success);
        }
        words.push(format!("--root={}", root.path("/").display()));
    }
    words.extend(["enable", "kpatch.service"].map(str::to_owned));
    match system.commands.run(&CommandLine::new(words)) {
        Ok(Some(0)) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Exit::Success),
        _ => die(format_args!(
            "{module} is installed, but kpatch.service is not enabled, and does not load it at boot"
        )),
    }
}

/// `kpatch uninstall`.
pub(super) fn uninstall(given: &[&str], context: &mut Context<'_>) -> Result<Exit, Failure> {
    let (module, release) = parse(given, context)?;
    let root = &context.system.root;

    if module.contains('/') {
        return die("please supply patch module name without path");
    }
    let Some(_) = installed(root, &module, &release)? else {
        return die(format_args!(
            "{module} is not installed for kernel {release}"
        ));
    };
    let _lock = lock(context)?;
    // Another one was at work, perhaps.
    let Some(installed) = installed(root, &module, &release)? else {
        return die(format_args!(
            "{module} is not installed for kernel {release}"
        ));
    };

    // Nobody listens, perhaps: no reason not to do it.
    let _ = writeln!(context.out, "uninstalling {module} ({release})");
    recorded(context, Action::Uninstall, &installed.name(), |context| {
        let (outcome, result) = match store::uninstall(root, &installed) {
            Ok(()) => (Outcome::Done, Ok(Exit::Success)),
            Err(error) => {
                warn(context, error);
                let failure = failed(format_args!("failed to uninstall module {module}"));
                (Outcome::Failed, Err(failure))
            }
        };

        (Record::of(outcome, &result), result)
    })
}

/// Finds what is installed, by the name of its file or of its module.
fn installed(root: &Root, module: &str, release: &str) -> Result<Option<Installed>, Failure> {
    // Another directory is no release.
    if release.is_empty() || release.starts_with('.') || release.contains('/') {
        return Ok(None);
    }
    let all = match store::of(root, release) {
        Ok(all) => all,
        Err(error) if error.is_not_a_directory() => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let name = store::name_of_file(module);
    let by_file = all.iter().find(|installed| installed.file == module);
    let by_name = || all.iter().find(|installed| installed.name() == name);

    Ok(by_file.or_else(by_name).cloned())
}
