// SPDX-License-Identifier: GPL-2.0

//! The commands that change the kernel, from the command line to the status.

use std::fs;
use std::io;
use std::time::Duration;

use super::testing::{run, Ran};
use crate::exit::Exit;
use crate::module_file::testing::{Maker, RELEASE};
use crate::system::fake::Machine;

const PATCH: &str = "sys/kernel/livepatch/fix";

/// A machine with a livepatch in a file, whose transition ends at once, or never.
fn machine(ends: bool) -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.write("proc/sys/kernel/tainted", "0");
    machine.write("dev/kmsg", "");
    machine.write("proc/7/task/7/patch_state", "0");
    machine.directory("sys/kernel/livepatch");
    machine.write("root/fix.ko", Maker::livepatch("fix").bytes());
    machine.on_load(move |root, name| {
        let directory = root.join("sys/kernel/livepatch").join(name);
        fs::create_dir(&directory)?;
        fs::write(directory.join("enabled"), "1\n")?;
        fs::write(directory.join("transition"), if ends { "0" } else { "1" })?;
        fs::create_dir_all(root.join("sys/module").join(name))?;
        fs::write(root.join("sys/module").join(name).join("initstate"), "live")?;
        fs::write(root.join("sys/module").join(name).join("refcnt"), "0")
    });
    machine.on_unload(|root, name| {
        fs::remove_dir_all(root.join("sys/kernel/livepatch").join(name))?;
        fs::remove_dir_all(root.join("sys/module").join(name))
    });
    machine
}

fn status(ran: &Ran) -> Exit {
    match &ran.result {
        Ok(exit) => *exit,
        Err(failure) => failure.exit,
    }
}

fn message(ran: &Ran) -> String {
    match &ran.result {
        Ok(exit) => panic!("{exit:?}"),
        Err(failure) => failure.error.to_string(),
    }
}

#[test]
fn a_livepatch_is_loaded_and_unloaded() {
    let machine = machine(true);
    let ran = run(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(
        (status(&ran), ran.out.as_str()),
        (Exit::Success, "fix is enabled, after 0 ms\n")
    );
    assert_eq!(
        run(&machine, &["load", "/root/fix.ko"]).out,
        "fix is enabled already\n"
    );

    let ran = run(&machine, &["unload", "fix"]);
    assert_eq!(
        (status(&ran), ran.out.as_str()),
        (Exit::Success, "fix is unloaded\n")
    );
    assert_eq!(machine.calls(), ["load fix", "unload fix"]);
    let history = run(&machine, &["history"]).out;
    assert_eq!(history.lines().count(), 3, "{history}");
}

#[test]
fn status_tells_more_to_who_asks() {
    let machine = machine(false);
    assert_eq!(run(&machine, &["-v", "status"]).out, "ready\n");

    run(&machine, &["load", "--no-wait", "/root/fix.ko"]);
    machine.write("proc/7/task/8/patch_state", "1");
    for (arguments, expected) in [
        (&["status"][..], "in_progress\n"),
        (
            &["status", "-v"],
            "in_progress\n    fix: enabling, 1 of 2 tasks left\n",
        ),
    ] {
        assert_eq!(run(&machine, arguments).out, expected);
    }
    machine.write(&format!("{PATCH}/transition"), "0");
    assert_eq!(
        run(&machine, &["-v", "status"]).out,
        "ready\n    fix: enabled\n"
    );
}

/// Somebody who has seen enough.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn who_has_seen_enough_of_a_list_may_go() {
    let machine = machine(true);
    run(&machine, &["load", "/root/fix.ko"]);

    for (arguments, is_list) in [
        (&["patches"][..], true),
        (&["--format", "json", "patches"], true),
        (&["history"], true),
        (&["metrics"], true),
        (&["status"], false),
        (&["fixes", "CVE-2026-12345"], false),
        (&["unload", "fix"], false),
    ] {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let result = crate::face::klp::run(
            &arguments,
            &mut crate::face::Context {
                system: &machine.system(),
                out: &mut Closed,
                err: &mut Vec::new(),
            },
        );
        assert_eq!(result.is_ok(), is_list, "{arguments:?}");
    }
}

#[test]
fn programs_get_values() {
    let machine = machine(true);
    let value = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&run(&machine, arguments).out).unwrap()
    };

    let loaded = value(&["load", "--format", "json", "/root/fix.ko"]);
    assert_eq!(loaded["livepatch"], "fix");
    assert_eq!(loaded["outcome"], "enabled");
    assert_eq!(loaded["diagnosis"]["verdict"], "note");
    assert_eq!(
        value(&["unload", "--format", "json", "fix"])["outcome"],
        "unloaded"
    );
}

#[test]
fn one_that_is_installed_is_loaded_by_name() {
    let machine = machine(true);
    machine.write(
        &format!("var/lib/kpatch/{RELEASE}/fix.ko"),
        Maker::livepatch("fix").bytes(),
    );

    assert_eq!(
        run(&machine, &["load", "fix"]).out,
        "fix is enabled, after 0 ms\n"
    );
    let ran = run(&machine, &["load", "other"]);
    assert!(message(&ran).contains("no livepatch other is installed for 7.3.4"));
}

#[test]
fn what_the_policy_refuses_nobody_passes_over() {
    let machine = machine(true);
    machine.write(
        "etc/livepatch/klp.toml",
        "[signature]\npolicy = \"require\"\n",
    );

    for arguments in [
        &["load", "/root/fix.ko"][..],
        &["load", "--no-doctor", "/root/fix.ko"],
    ] {
        let ran = run(&machine, arguments);
        assert_eq!(status(&ran), Exit::Failure);
        assert!(
            ran.err.contains("refused: policy: it is not signed"),
            "{}",
            ran.err
        );
    }
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn what_the_doctor_refuses_is_not_tried() {
    let machine = machine(true);
    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    let ran = run(&machine, &["load", "/root/fix.ko"]);

    assert_eq!(status(&ran), Exit::Failure);
    assert!(ran.err.contains("refused: ftrace: "), "{}", ran.err);
    assert!(message(&ran).ends_with("fix would be refused; nothing was done"));
    assert_eq!(machine.calls(), Vec::<String>::new());

    let ran = run(&machine, &["load", "--no-doctor", "/root/fix.ko"]);
    assert_eq!(status(&ran), Exit::Success);
}

#[test]
fn what_the_administrator_forbids_no_option_allows() {
    let machine = machine(true);
    machine.write(
        "etc/livepatch/klp.toml",
        "[load]\ndirectories = [\"/srv\"]\n",
    );
    let ran = run(&machine, &["load", "--no-doctor", "/root/fix.ko"]);

    assert_eq!(status(&ran), Exit::Failure);
    assert!(ran.err.contains("refused: policy: "), "{}", ran.err);
}

#[test]
fn a_policy_that_cannot_be_read_is_no_permission() {
    let machine = machine(true);
    machine.write("etc/livepatch/klp.toml", "nonsense");

    for arguments in [vec!["load", "/root/fix.ko"], vec!["unload", "fix"]] {
        assert_eq!(status(&run(&machine, &arguments)), Exit::Failure);
    }
    assert_eq!(machine.calls(), Vec::<String>::new());
}

#[test]
fn a_stall_is_explained() {
    let machine = machine(false);
    let ran = run(&machine, &["load", "--timeout", "3", "/root/fix.ko"]);

    assert_eq!(
        (status(&ran), ran.out.as_str()),
        (Exit::Stalled, "fix is still being enabled\n")
    );
    assert!(
        ran.err.contains("1 of 1 task left after 1 s"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("has not ended within 3 s"), "{}", ran.err);
    assert_eq!(machine.now(), Duration::from_secs(3));
}

#[test]
fn a_stall_is_taken_back() {
    for (option, policy) in [
        ("--revert-on-stall", ""),
        ("--wait", "[transition]\non_stall = \"revert\"\n"),
    ] {
        let machine = machine(false);
        machine.write("etc/livepatch/klp.toml", policy);
        machine.on_tick(|root, _| {
            let enabled = fs::read_to_string(root.join(PATCH).join("enabled"));
            if enabled.is_ok_and(|enabled| enabled.trim() == "0") {
                fs::write(root.join(PATCH).join("transition"), "0").unwrap();
            }
        });
        let ran = run(
            &machine,
            &["load", option, "--timeout", "3", "/root/fix.ko"],
        );

        assert_eq!(status(&ran), Exit::Reverted);
        assert_eq!(
            message(&ran),
            "fix was taken back: the transition has stalled"
        );
        assert_eq!(machine.calls(), ["load fix", "unload fix"]);
    }
}

#[test]
fn a_stalled_way_out_is_explained_or_taken_back() {
    let stalled = || {
        let machine = machine(true);
        machine.write(&format!("{PATCH}/enabled"), "1");
        machine.write(&format!("{PATCH}/transition"), "1");
        machine.write("sys/module/fix/initstate", "live");
        machine
    };
    let machine = stalled();
    let ran = run(&machine, &["unload", "--timeout", "20", "fix"]);
    assert_eq!(status(&ran), Exit::Stalled);
    assert_eq!(machine.now(), Duration::from_secs(20));
    assert!(ran.err.contains("disabling fix"), "{}", ran.err);

    let machine = stalled();
    machine.on_tick(|root, now| {
        let enabled = fs::read_to_string(root.join(PATCH).join("enabled")).unwrap();
        if now >= Duration::from_secs(2) && enabled.trim() == "1" {
            fs::write(root.join(PATCH).join("transition"), "0").unwrap();
        }
    });
    let ran = run(
        &machine,
        &["unload", "--timeout", "2", "--revert-on-stall", "fix"],
    );
    assert_eq!(status(&ran), Exit::Reverted);
    assert_eq!(machine.text(&format!("{PATCH}/enabled")).trim(), "1");
}

#[test]
fn without_waiting_the_transition_begins() {
    let machine = machine(false);
    let ran = run(&machine, &["load", "--no-wait", "/root/fix.ko"]);
    assert_eq!(
        (status(&ran), machine.now()),
        (Exit::Success, Duration::ZERO)
    );
    assert!(ran.out.contains("is being enabled"), "{}", ran.out);

    let ran = run(&machine, &["unload", "--no-wait", "fix"]);
    assert_eq!(
        (status(&ran), machine.now()),
        (Exit::Success, Duration::ZERO)
    );
    assert_eq!(machine.calls(), ["load fix"]);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for options in [
        vec!["--no-wait", "--wait"],
        vec!["--no-wait", "--timeout", "1"],
        vec!["--no-wait", "--revert-on-stall"],
        vec!["--no-wait", "--health-check", "true"],
        vec!["--timeout", "never"],
    ] {
        let mut arguments = vec!["load", "/root/fix.ko"];
        arguments.extend(options);
        assert_eq!(
            status(&run(&machine(true), &arguments)),
            Exit::Usage,
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_no_livepatch_is_refused() {
    let machine = machine(true);
    machine.write("root/text.ko", "text");
    machine.write(
        "root/other.ko",
        Maker::livepatch("other").without("livepatch").bytes(),
    );
    machine.write(
        "root/kernel.ko",
        Maker::livepatch("kernel")
            .with("vermagic=1.2.3 SMP")
            .bytes(),
    );

    for file in ["text", "other", "kernel", "none"] {
        let ran = run(&machine, &["load", &format!("/root/{file}.ko")]);
        assert_eq!(status(&ran), Exit::Failure, "{file}");
    }
    assert_eq!(status(&run(&machine, &["unload", "none"])), Exit::Failure);
    assert_eq!(status(&run(&machine, &["unload", "../.."])), Exit::Failure);
    assert_eq!(machine.calls(), Vec::<String>::new());
}

#[test]
fn the_doctor_can_be_asked_alone() {
    let machine = machine(true);
    let ran = run(&machine, &["doctor", "/root/fix.ko"]);
    assert_eq!(status(&ran), Exit::Success);
    assert!(
        ran.out.ends_with("nothing stands in the way of fix\n"),
        "{}",
        ran.out
    );

    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    let ran = run(&machine, &["doctor"]);
    assert_eq!(status(&ran), Exit::Failure);
    assert!(
        ran.out.ends_with("a livepatch would be refused\n"),
        "{}",
        ran.out
    );
    let ran = run(&machine, &["doctor", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(value["verdict"], "refused");
    assert_eq!(value["findings"][0]["rule"], "ftrace");
}
