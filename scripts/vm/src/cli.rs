// SPDX-License-Identifier: GPL-2.0

//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::accel::Choice;
use crate::collect::Collect;
use crate::guest::Place;

/// Boots a kernel in QEMU and runs a command in it as root.
///
/// The exit status is the command's, except: 124 the time limit passed, 125 the runner failed,
/// 126 the guest died (a panic) before it told the command's status, 128+N signal N ended the runner.
/// In each of these cases a message on standard error says so.
#[derive(Debug, Parser)]
#[command(name = "vm", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
}

/// The runner's actions.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Run a command, with its output here, and exit with its status.
    Run(RunOptions),
    /// Open an interactive shell (or COMMAND) on this terminal.
    Shell(ShellOptions),
    /// Make the guest's base root: a tar stream in, a cpio archive out.
    Base(BaseOptions),
}

/// Options of `vm base`.
#[derive(Debug, Args)]
pub struct BaseOptions {
    /// The archive to write; the tar stream comes on standard input.
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Options of `vm run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The machine.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// End everything after this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    pub timeout: u32,
    /// Take a file or directory over from the guest when the command has ended, whatever its status.
    #[arg(long, value_name = "GUESTPATH:HOSTPATH", value_parser = collect)]
    pub collect: Vec<Collect>,
    /// The command to run; its standard input is /dev/null, its directory /root.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Options of `vm shell`.
#[derive(Debug, Args)]
pub struct ShellOptions {
    /// The machine.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// The command to run on the terminal instead of a login shell.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What the virtual machine is made of.
#[derive(Debug, Args)]
pub struct MachineOptions {
    /// The kernel's image.
    #[arg(long, value_name = "VMLINUZ")]
    pub kernel: PathBuf,
    /// The guest's base root, as scripts/vm-root makes it.
    #[arg(long, value_name = "CPIO")]
    pub base: PathBuf,
    /// The kernel's modules: a directory with lib/modules/RELEASE, or that one itself.
    #[arg(long, value_name = "DIR")]
    pub modules: Option<PathBuf>,
    /// A module to have in the guest, with all it needs, so that modprobe finds it.
    #[arg(long = "module", value_name = "NAME")]
    pub wanted_modules: Vec<String>,
    /// A file to have in the guest.
    #[arg(long = "file", value_name = "SRC:GUESTPATH", value_parser = place)]
    pub files: Vec<Place>,
    /// A directory to have in the guest.
    #[arg(long = "tree", value_name = "DIR:GUESTDIR", value_parser = place)]
    pub trees: Vec<Place>,
    /// Boot the system on this disk, with its own init, and run the command when it is up; an ext4 file system, as scripts/vm-disk
    /// makes it, on which what is written stays.
    #[arg(long, value_name = "IMAGE")]
    pub disk: Option<PathBuf>,
    /// More words for the kernel's command line.
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub append: Vec<String>,
    /// Memory, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(128..))]
    pub memory: u32,
    /// Number of virtual processors.
    #[arg(long = "smp", value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=255))]
    pub processors: u32,
    /// Count instructions: each takes 2^SHIFT ns of the guest's time; TCG, one host thread.
    #[arg(long, value_name = "SHIFT", value_parser = clap::value_parser!(u8).range(0..=10))]
    pub icount: Option<u8>,
    /// Boot through UEFI firmware that has this certificate, in PEM or DER, in its variable db: the kernel trusts its modules.
    #[arg(long = "uefi-db", value_name = "CERT")]
    pub uefi_db: Vec<PathBuf>,
    /// The QEMU program instead of the machine's own.
    #[arg(long, value_name = "PATH")]
    pub qemu: Option<PathBuf>,
    /// One more option for QEMU.
    #[arg(
        long = "qemu-option",
        value_name = "OPTION",
        allow_hyphen_values = true
    )]
    pub options: Vec<String>,
    /// The accelerator; KVM is used only after a trial boot of the same kernel has succeeded.
    #[arg(long, value_enum, default_value_t = Choice::Tcg, env = "RUST_LIVEPATCH_ACCEL")]
    pub accel: Choice,
    /// The kernel's architecture, as `uname -m` has it.
    #[arg(long, value_name = "ARCH", default_value = std::env::consts::ARCH, overrides_with = "arch")]
    pub arch: String,
    /// Where the logs go: console.log, dmesg.log, qemu.log [default: a new directory in the cache].
    #[arg(long, value_name = "DIR")]
    pub log: Option<PathBuf>,
    /// Tell where the logs are and how long things took.
    #[arg(long, short)]
    pub verbose: bool,
}

fn pair(text: &str) -> Result<(PathBuf, PathBuf), String> {
    match text.rsplit_once(':') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.into(), to.into())),
        _ => Err("expected two paths with a colon between".to_owned()),
    }
}

fn place(text: &str) -> Result<Place, String> {
    let (host, guest) = pair(text)?;
    crate::archive::member(&guest).map_err(|error| error.to_string())?;
    Ok(Place { host, guest })
}

fn collect(text: &str) -> Result<Collect, String> {
    let (guest, host) = match text.split_once(':') {
        Some((guest, host)) if !host.is_empty() => (PathBuf::from(guest), PathBuf::from(host)),
        _ => return Err("expected two paths with a colon between".to_owned()),
    };
    if !guest.is_absolute() {
        return Err("the path in the guest must be absolute".to_owned());
    }
    Ok(Collect { guest, host })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(words: &[&str]) -> Result<Cli, clap::Error> {
        let fixed = ["vm", "run", "--kernel", "k", "--base", "b"];
        Cli::try_parse_from(fixed.iter().chain(words))
    }

    #[test]
    fn definition() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_whole_line() {
        let words = [
            "--file",
            "a:b/x.ko:/root/x.ko",
            "--append",
            "nokaslr quiet",
            "--append",
            "-x",
            "--collect",
            "/proc/kallsyms:out:1",
            "--icount",
            "0",
            "--disk",
            "d,1.img",
            "--uefi-db",
            "one.x509",
            "--uefi-db",
            "two.pem",
            "--",
            "sh",
            "-c",
            "exit 7",
        ];
        let Action::Run(run) = parse(&words).expect("a good line").action else {
            panic!("not a run");
        };
        assert_eq!(run.command, ["sh", "-c", "exit 7"]);
        assert_eq!(run.machine.files[0].host, PathBuf::from("a:b/x.ko"));
        assert_eq!(run.machine.files[0].guest, PathBuf::from("/root/x.ko"));
        assert_eq!(run.collect[0].guest, PathBuf::from("/proc/kallsyms"));
        assert_eq!(run.collect[0].host, PathBuf::from("out:1"));
        assert_eq!(run.machine.append, ["nokaslr quiet", "-x"]);
        assert_eq!((run.machine.icount, run.timeout), (Some(0), 300));
        assert_eq!(run.machine.disk, Some(PathBuf::from("d,1.img")));
        assert_eq!(
            run.machine.uefi_db,
            [PathBuf::from("one.x509"), PathBuf::from("two.pem")]
        );
    }

    #[test]
    fn refused() {
        for words in [
            &[][..],
            &["--"],
            &["true"],
            &["--file", "x", "--", "true"],
            &["--file", "x:", "--", "true"],
            &["--file", "x:relative", "--", "true"],
            &["--tree", "x:/", "--", "true"],
            &["--tree", "x:/a/../b", "--", "true"],
            &["--collect", "rel:x", "--", "true"],
            &["--timeout", "0", "--", "true"],
            &["--smp", "0", "--", "true"],
            &["--memory", "1", "--", "true"],
            &["--accel", "xen", "--", "true"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }
}
