// SPDX-License-Identifier: GPL-2.0

//! Which accelerator to use. KVM only after a trial boot of the same kernel:
//! on some hosts /dev/kvm opens and QEMU then aborts, or spins for ever.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;

use crate::error::Error;
use crate::guest::{Contents, Task};
use crate::logs;
use crate::qemu::{threads_trusted, Accelerator};
use crate::run::{run, Streams, Vm};

/// How long a trial boot may take; with a KVM that works it takes about one second.
const TRIAL_LIMIT: Duration = Duration::from_secs(8);

/// The user's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Emulation.
    Tcg,
    /// KVM, or an error if its trial fails.
    Kvm,
    /// KVM if its trial succeeds, emulation otherwise.
    Auto,
}

/// Finds the accelerator for this choice.
///
/// # Errors
///
/// [`Error::Kvm`] when KVM is demanded and does not work.
pub fn choose(choice: Choice, vm: &Vm) -> Result<Accelerator, Error> {
    let kvm = match choice {
        Choice::Tcg => false,
        // Instructions are counted by the emulator.
        Choice::Auto if vm.icount.is_some() => false,
        Choice::Kvm | Choice::Auto => match trial(vm)? {
            None => true,
            Some(reason) if choice == Choice::Kvm => return Err(Error::Kvm(reason)),
            Some(_) => false,
        },
    };
    if kvm {
        Ok(Accelerator::Kvm)
    } else {
        let threaded = threads_trusted(&vm.qemu)?;
        Ok(Accelerator::Tcg { threaded })
    }
}

/// Where the answer for this host boot, kernel and QEMU is kept.
fn answer_file(vm: &Vm) -> Result<PathBuf, Error> {
    let boot = Path::new("/proc/sys/kernel/random/boot_id");
    let boot = fs::read_to_string(boot).map_err(Error::file("read", boot))?;
    let kernel = fs::metadata(&vm.kernel).map_err(Error::file("read", &vm.kernel))?;
    let mut hasher = DefaultHasher::new();
    (
        &vm.kernel,
        kernel.size(),
        kernel.mtime(),
        kernel.mtime_nsec(),
    )
        .hash(&mut hasher);
    (&vm.qemu, boot).hash(&mut hasher);
    Ok(logs::cache().join(format!("kvm/{:016x}", hasher.finish())))
}

/// Why KVM does not work, if so.
fn trial(vm: &Vm) -> Result<Option<String>, Error> {
    let answer = answer_file(vm)?;
    if let Ok(text) = fs::read_to_string(&answer) {
        return Ok((text != "yes").then_some(text));
    }
    let reason = match fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm")
    {
        Err(error) => Some(format!("/dev/kvm: {error}")),
        Ok(_) => try_boot(vm)?,
    };
    // A signal is no answer, and has left above; everything else is one.
    if let Some(parent) = answer.parent() {
        fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    }
    let new = answer.with_extension(std::process::id().to_string());
    fs::write(&new, reason.as_deref().unwrap_or("yes"))
        .and_then(|()| fs::rename(&new, &answer))
        .map_err(Error::file("write", &answer))?;
    Ok(reason)
}

fn try_boot(vm: &Vm) -> Result<Option<String>, Error> {
    let log = logs::directory(None)?;
    let small = Vm {
        machine: vm.machine,
        qemu: vm.qemu.clone(),
        kernel: vm.kernel.clone(),
        base: vm.base.clone(),
        contents: Contents {
            modules: vm.contents.modules.clone(),
            ..Contents::default()
        },
        append: Vec::new(),
        memory: vm.memory,
        processors: vm.processors,
        icount: None,
        firmware: None,
        disk: None,
        options: Vec::new(),
    };
    let task = Task {
        command: vec!["true".into()],
        ..Task::default()
    };
    let streams = Streams {
        stdout: Box::new(io::sink()),
        stderr: Box::new(io::sink()),
    };
    match run(&small, &task, Accelerator::Kvm, streams, TRIAL_LIMIT, &log) {
        Ok(report) if report.status == 0 => Ok(None),
        Ok(report) => Ok(Some(format!(
            "true ended with status {} in the trial boot",
            report.status
        ))),
        Err(error @ Error::Interrupted(_)) => Err(error),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Ok(Some(format!(
                "trial boot: {first}; logs: {}",
                log.display()
            )))
        }
    }
}
