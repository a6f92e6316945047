// SPDX-License-Identifier: GPL-2.0

mod info;
mod install;
mod list;
mod load;
mod policy;
mod unload;

use std::ffi::OsString;

use super::*;
use crate::module_file::testing::{Maker, RELEASE};
use crate::system::fake::Machine;

/// Returns a machine that runs the kernel of test modules, without livepatches.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.directory("sys/kernel/livepatch");
    machine.directory("sys/module");
    machine
}

/// Adds a livepatch to the kernel.
fn patch(machine: &Machine, name: &str, enabled: &str, transition: &str) {
    for (attribute, value) in [("enabled", enabled), ("transition", transition)] {
        machine.write(
            &format!("sys/kernel/livepatch/{name}/{attribute}"),
            format!("{value}\n"),
        );
    }
    machine.write(&format!("sys/module/{name}/initstate"), "live\n");
    machine.write(&format!("sys/module/{name}/refcnt"), "0\n");
    machine.write(&format!("sys/module/{name}/taint"), "OK\n");
}

/// Writes the file of a livepatch.
fn file(machine: &Machine, path: &str, name: &str) {
    machine.write(path, Maker::livepatch(name).bytes());
}

/// Runs kpatch; returns its status and what it prints, the message that `main` prints among it.
fn kpatch(machine: &Machine, arguments: &[&str]) -> (u8, String, String) {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let result = run(
        &arguments,
        &mut Context {
            system: &machine.system(),
            out: &mut out,
            err: &mut err,
        },
    );
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, mut err) = (text(out), text(err));
    let exit = match result {
        Ok(exit) => exit,
        Err(failure) => {
            err.push_str(&format!("kpatch: {}\n", failure.error));
            failure.exit
        }
    };

    (exit as u8, out, err)
}

/// Asserts what kpatch prints.
fn prints(machine: &Machine, arguments: &[&str], status: u8, out: &str, err: &str) {
    let ran = kpatch(machine, arguments);

    assert_eq!(
        (ran.0, ran.1.as_str(), ran.2.as_str()),
        (status, out, err),
        "{arguments:?}"
    );
}

#[test]
fn who_gets_it_wrong_is_told_the_usage() {
    for arguments in [
        &[][..],
        &["help"],
        &["help", "me"],
        &["-h"],
        &["--help"],
        &["load"],
        &["load", "a", "b"],
        &["load", "--all", "a"],
        &["unload"],
        &["unload", "a", "b"],
        &["unload", "--all", "a"],
        &["list", "a"],
        &["info"],
        &["info", "a", "b"],
        &["signal", "a"],
    ] {
        prints(&machine(), arguments, 1, "", USAGE);
    }
}

#[test]
fn an_unknown_subcommand_is_told_where_kpatch_does() {
    for name in ["bogus", "", "LIST", "--all", "--list", "-V", "force"] {
        let out = format!("subcommand {name} not recognized\n");

        prints(&machine(), &[name], 1, &out, USAGE);
        prints(&machine(), &[name, "more"], 1, &out, USAGE);
    }
}

#[test]
fn the_version_is_that_of_kpatch() {
    for arguments in [&["version"][..], &["-v"], &["--version"], &["version", "x"]] {
        prints(&machine(), arguments, 0, "0.9.11\n", "");
    }
}

#[test]
fn without_a_transition_nobody_is_signalled() {
    let machine = machine();
    prints(&machine, &["signal"], 0, "", "");
    patch(&machine, "fix", "1", "0");
    prints(&machine, &["signal"], 0, "", "");
}

#[test]
fn kernels_that_signal_by_themselves_are_left_alone() {
    let machine = machine();
    patch(&machine, "fix", "1", "1");

    prints(
        &machine,
        &["signal"],
        0,
        "",
        "kpatch: Livepatch process signaling is performed automatically on your system.\n\
         kpatch: Skipping manual process signaling.\n",
    );
}

#[test]
fn older_kernels_are_told_to_signal() {
    let machine = machine();
    patch(&machine, "fix", "0", "1");
    machine.write("sys/kernel/livepatch/fix/signal", "");

    prints(
        &machine,
        &["signal"],
        0,
        "signaling stalled process(es):\n",
        "",
    );
    assert_eq!(machine.text("sys/kernel/livepatch/fix/signal"), "1");
}

#[test]
fn a_lock_that_is_held_ends_the_wait() {
    let machine = machine();
    file(&machine, "root/fix.ko", "fix");
    file(&machine, &format!("var/lib/kpatch/{RELEASE}/old.ko"), "old");
    let system = machine.system();
    let _lock = Lock::take(&system, Duration::ZERO).unwrap();
    let message = format!(
        "kpatch: another klp or kpatch is at work (process {}): wait for it to end\n",
        std::process::id()
    );
    for arguments in [
        &["load", "/root/fix.ko"][..],
        &["load", "--all"],
        &["unload", "fix"],
        &["install", "/root/fix.ko"],
        &["uninstall", "old"],
    ] {
        prints(&machine, arguments, 1, "", &message);
    }
    prints(&machine, &["version"], 0, "0.9.11\n", "");
    assert_eq!(machine.calls(), [""; 0]);
}
