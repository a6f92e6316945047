// SPDX-License-Identifier: GPL-2.0

use crate::exit::Exit;
use crate::face::klp::testing::{run, Ran};
use crate::report::testing::{finished, machine, module, Loaded, RELEASE};
use crate::system::fake::Machine;

const NAME: &str = "kernel-livepatch-6_4_0-150600_21-default";

/// Returns a machine with an RPM that has a livepatch, and with dnf that knows versions.
fn installed(name: &'static str, versions: &'static str, status: i32) -> Machine {
    let machine = machine();
    Loaded::default().on(&machine);
    machine.directory("var/lib/rpm");
    machine.write(
        &format!("lib/modules/{RELEASE}/livepatch/livepatch-6_1.ko"),
        module(None),
    );
    machine.on_command(move |command| {
        Ok(if command.contains(" -f ") {
            finished(0, &format!("{name}\t0\t6-1\tx86_64\n"), "")
        } else if command.contains(" --changelog ") {
            finished(0, "", "")
        } else if command.contains(" repoquery ") {
            finished(0, versions, "")
        } else {
            finished(status, "", "")
        })
    });
    machine
}

fn message(ran: Ran) -> (Exit, String) {
    let failure = ran.result.unwrap_err();
    (failure.exit, failure.error.to_string())
}

fn command(machine: &Machine) -> String {
    let root = machine.path().display();
    format!("dnf --installroot={root} --assumeyes downgrade {NAME}-5-1.x86_64")
}

const VERSIONS: &str = "0:1-1\n0:5-1\n0:6-1\n0:7-1\n";

#[test]
fn the_previous_version_is_installed_when_it_is_confirmed() {
    for answer in ["y\n", "Y\n", "yes\n", " y \n"] {
        let machine = installed(NAME, VERSIONS, 0);
        machine.answers(&[answer]);
        let ran = run(&machine, &["downgrade"]);

        assert_eq!(
            ran.out,
            format!("{NAME}-6-1.x86_64 -> 5-1\n{}\n", command(&machine))
        );
        assert_eq!(ran.err, "Do it? [y/N] ");
        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert_eq!(machine.calls(), [format!("run {}", command(&machine))]);
    }
}

#[test]
fn nothing_is_done_without_a_yes() {
    for answers in [&["n\n"][..], &["\n"], &["yep\n"], &["no\n", "y\n"], &[]] {
        let machine = installed(NAME, VERSIONS, 0);
        machine.answers(answers);
        let (exit, message) = message(run(&machine, &["downgrade"]));

        assert_eq!(exit, Exit::Failure);
        let expected = match answers.is_empty() {
            true => "nobody is there to confirm: with -n nothing is asked",
            false => "nothing was done",
        };
        assert_eq!(message, expected);
        assert!(machine.calls().is_empty());
    }
}

#[test]
fn nothing_is_asked_with_n() {
    let machine = installed(NAME, VERSIONS, 0);
    let ran = run(&machine, &["-n", "downgrade"]);

    assert_eq!(ran.err, "");
    assert_eq!(ran.result.unwrap(), Exit::Success);
    assert_eq!(machine.calls().len(), 1);
}

#[test]
fn a_dry_run_does_nothing() {
    let machine = installed(NAME, VERSIONS, 0);
    let ran = run(&machine, &["downgrade", "--dry-run"]);

    assert!(ran.out.ends_with(&format!("\n{}\n", command(&machine))));
    assert_eq!(ran.result.unwrap(), Exit::Success);
    assert!(machine.calls().is_empty());
}

#[test]
fn json_tells_what_was_done() {
    let machine = installed(NAME, VERSIONS, 0);
    let out = run(&machine, &["-n", "downgrade", "--format=json"]).out;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();

    assert_eq!(value["previous"], "5-1");
    assert_eq!(value["package"]["name"], NAME);
    assert_eq!(value["command"][0], "dnf");
    assert_eq!(value["done"], true);
}

#[test]
fn a_failure_of_the_package_manager_is_one() {
    let machine = installed(NAME, VERSIONS, 4);
    let (exit, message) = message(run(&machine, &["-n", "downgrade"]));

    assert_eq!(exit, Exit::Failure);
    assert!(
        message.ends_with("has failed (4); klp patches shows what is in force"),
        "{message}"
    );
}

#[test]
fn there_must_be_something_to_go_back_to() {
    for (name, versions, expected) in [
        (NAME, "", "no repository has a version of kernel-livepatch-6_4_0-150600_21-default-6-1.x86_64 that is older"),
        (NAME, "0:6-1\n0:7-1\n", "no repository has a version of kernel-livepatch-6_4_0-150600_21-default-6-1.x86_64 that is older"),
        ("kernel-default", VERSIONS, "livepatch livepatch_6_1 came in kernel-default-6-1.x86_64, which is no livepatch package: those are named kernel-livepatch-*, kpatch-patch-*, livepatch-*, linux-livepatch-*"),
    ] {
        let machine = installed(name, versions, 0);
        let (exit, message) = message(run(&machine, &["-n", "downgrade"]));
        assert_eq!((exit, message.as_str()), (Exit::Failure, expected));
        assert!(machine.calls().is_empty());
    }
}

#[test]
fn one_livepatch_must_be_meant() {
    let machine = machine();
    assert_eq!(
        message(run(&machine, &["downgrade"])).1,
        "no livepatch is enabled: there is nothing to downgrade"
    );
    Loaded::default().on(&machine);
    Loaded {
        name: "b",
        ..Loaded::default()
    }
    .on(&machine);
    assert_eq!(
        message(run(&machine, &["downgrade"])).1,
        "several livepatches are enabled: name one of b, livepatch_6_1"
    );
    assert_eq!(
        message(run(&machine, &["downgrade", "c"])).1,
        "livepatch c is not enabled; klp patches lists those that are"
    );
    assert_eq!(
        message(run(&machine, &["downgrade", "livepatch-6_1"])).1,
        "livepatch livepatch_6_1 came in no package: load an older one with klp load, or take it back with klp unload"
    );
}

#[test]
fn the_package_manager_must_fit() {
    let machine = installed(NAME, VERSIONS, 0);
    let ran = run(&machine, &["-n", "downgrade", "--package-manager", "apt"]);
    assert!(ran.result.is_err());
    assert!(machine.calls().is_empty());

    let ran = run(&machine, &["-n", "downgrade", "--package-manager", "yum"]);
    assert_eq!(ran.result.unwrap(), Exit::Usage);
}

#[test]
fn programs_must_be_there() {
    let machine = installed(NAME, VERSIONS, 0);
    machine.on_command(|command| match command.starts_with("rpm") {
        true => Ok(finished(0, &format!("{NAME}\t0\t6-1\tx86_64\n"), "")),
        false => Err(std::io::ErrorKind::NotFound.into()),
    });

    assert_eq!(
        message(run(&machine, &["-n", "downgrade"])).1,
        "cannot run dnf: it is not installed"
    );
}
