// SPDX-License-Identifier: GPL-2.0

//! The command line of `kpatch`, for its man page and its completions.

use clap::{Arg, ArgAction, Command, ValueHint};

/// Returns the definition.
pub(super) fn command() -> Command {
    let module = || {
        Arg::new("module")
            .value_name("MODULE")
            .value_hint(ValueHint::FilePath)
            .help("A module file, or the name of a livepatch that is installed or loaded")
    };
    let all = |help: &'static str| {
        Arg::new("all")
            .long("all")
            .action(ArgAction::SetTrue)
            .help(help)
    };
    let kernel_version = || {
        Arg::new("kernel-version")
            .short('k')
            .long("kernel-version")
            .value_name("VERSION")
            .help("The release of the kernel that it is for; default: the one that runs")
    };
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about);

    Command::new("kpatch")
        .about("Loads livepatches, takes them back, and installs them for the boot")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .subcommand(
            sub("install", "Installs a livepatch: it is loaded at boot")
                .arg(kernel_version())
                .arg(module().required(true)),
        )
        .subcommand(
            sub("uninstall", "Uninstalls a livepatch; it stays loaded")
                .arg(kernel_version())
                .arg(module().required(true)),
        )
        .subcommand(
            sub("load", "Loads a livepatch, and waits until all tasks use it; one that stalls is taken back")
                .arg(all("All livepatches that are installed for the running kernel"))
                .arg(module()),
        )
        .subcommand(
            sub("unload", "Takes a livepatch back, and unloads it")
                .arg(all("All livepatches"))
                .arg(module()),
        )
        .subcommand(sub("info", "Prints what a module says of itself").arg(module().required(true)))
        .subcommand(sub("list", "Prints which livepatches are loaded and installed, which functions are replaced, and what a transition waits for"))
        .subcommand(sub("signal", "Signals what a transition waits for, on kernels that do not do it themselves"))
        .subcommand(sub("version", "Prints the version of kpatch that it is like"))
        .subcommand(sub("help", "Prints the usage, and ends with status 1"))
}
