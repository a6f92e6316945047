// SPDX-License-Identifier: GPL-2.0

//! Boots a kernel in QEMU and runs one command in it.

mod accel;
mod archive;
mod base;
mod cli;
mod clock;
mod collect;
mod error;
mod firmware;
mod guest;
mod logs;
mod machine;
mod modules;
mod protocol;
mod qemu;
mod run;
mod terminal;

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::Parser;

use cli::{Action, BaseOptions, Cli, MachineOptions, RunOptions, ShellOptions};
use error::{Error, EXIT_RUNNER};
use guest::{Contents, Task};
use machine::Machine;
use run::{Report, Streams, Vm};

/// An interactive shell ends when its user wants it to.
const SHELL_LIMIT: Duration = Duration::from_secs(7 * 24 * 3600);

fn prepare(options: MachineOptions) -> Result<(Vm, PathBuf), Error> {
    let machine = Machine::of(&options.arch)?;
    let log = logs::directory(options.log.as_deref())?;
    let firmware = match (&machine.firmware, options.uefi_db.as_slice()) {
        (_, []) => None,
        (None, _) => return Err(Error::NoFirmware(machine.architecture)),
        (Some(firmware), certificates) => Some((
            Path::new(firmware.code),
            firmware::variables(firmware, certificates, &log)?,
        )),
    };
    let vm = Vm {
        machine,
        qemu: qemu::program(options.qemu.as_deref(), machine),
        kernel: options.kernel,
        base: options.base,
        contents: Contents {
            files: options.files,
            trees: options.trees,
            modules: options.modules,
            wanted_modules: options.wanted_modules,
            disk: options.disk.is_some(),
        },
        append: options.append,
        memory: options.memory,
        processors: options.processors,
        icount: options.icount,
        firmware,
        disk: options.disk,
        options: options.options,
    };
    // QEMU would say it too, but less clearly.
    for path in std::iter::once(&vm.kernel).chain(&vm.disk) {
        File::open(path).map_err(Error::file("open", path))?;
    }
    Ok((vm, log))
}

fn go(options: MachineOptions, task: &Task, limit: Duration) -> Result<Report, Error> {
    let (choice, verbose) = (options.accel, options.verbose);
    let (vm, log) = prepare(options)?;
    let accelerator = accel::choose(choice, &vm)?;
    let streams = Streams {
        stdout: Box::new(io::stdout()),
        stderr: Box::new(io::stderr()),
    };
    if verbose {
        eprintln!("vm: {accelerator:?}; logs in {}", log.display());
    }
    // From here the terminal, if any, is the guest's.
    let raw = task
        .terminal
        .as_ref()
        .map(|_| terminal::Raw::enter())
        .transpose()?;
    let report = run::run(&vm, task, accelerator, streams, limit, &log);
    drop(raw);
    let report = report?;
    if verbose {
        eprintln!(
            "vm: command started after {:.2} s (guest's uptime {:.2} s), all took {:.2} s",
            report.boot.as_secs_f64(),
            report.uptime,
            report.total.as_secs_f64()
        );
    }
    Ok(report)
}

fn run_action(options: RunOptions) -> Result<u8, Error> {
    let task = Task {
        command: options.command,
        collect: options.collect,
        terminal: None,
    };
    let limit = Duration::from_secs(options.timeout.into());
    let report = go(options.machine, &task, limit)?;
    match report.collected {
        // The command's own failure is the better news.
        Err(error) if report.status != 0 => {
            eprintln!("vm: {error}");
            Ok(report.status)
        }
        Err(error) => Err(error),
        Ok(()) => Ok(report.status),
    }
}

fn shell_action(options: ShellOptions) -> Result<u8, Error> {
    let command = if options.command.is_empty() {
        vec!["bash".into(), "--login".into()]
    } else {
        options.command
    };
    let task = Task {
        command,
        collect: Vec::new(),
        terminal: Some(terminal::describe()),
    };
    go(options.machine, &task, SHELL_LIMIT).map(|report| report.status)
}

fn base_action(options: &BaseOptions) -> Result<u8, Error> {
    let new = options.output.with_extension("new");
    let file = File::create(&new).map_err(Error::file("create", &new))?;
    let output = base::convert(io::stdin().lock(), BufWriter::new(file))?;
    output
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&new, &options.output))
        .map_err(Error::file("write", &options.output))?;
    Ok(0)
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing to be done if even the message cannot be printed.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
                _ => ExitCode::from(EXIT_RUNNER),
            };
        }
    };
    let result = match cli.action {
        Action::Run(options) => run_action(options),
        Action::Shell(options) => shell_action(options),
        Action::Base(options) => base_action(&options),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("vm: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}
