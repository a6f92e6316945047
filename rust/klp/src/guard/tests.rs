// SPDX-License-Identifier: GPL-2.0

use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::system::fake::Machine;
use crate::system::MachineClock;

fn machine() -> Machine {
    let machine = Machine::new();
    machine.write("dev/kmsg", "4,1,1,-;WARNING: of long ago\n");
    machine.write("proc/sys/kernel/tainted", "512");
    machine
}

fn say(machine: &Machine, line: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(machine.path().join("dev/kmsg"))
        .unwrap();
    writeln!(file, "{line}").unwrap();
}

/// A machine on which time passes.
fn real(machine: &Machine) -> System {
    System {
        clock: Box::new(MachineClock::new()),
        ..machine.system()
    }
}

fn health(command: &str, milliseconds: u64) -> HealthCheck {
    HealthCheck {
        command: command.to_owned(),
        timeout: Duration::from_millis(milliseconds),
    }
}

#[test]
fn what_was_before_is_no_trouble() {
    let machine = machine();
    let system = machine.system();

    assert_eq!(Watch::begin(&system).trouble(&system), None);
}

#[test]
fn trouble_is_found_in_the_log() {
    for text in [
        "WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 bar+0x1/0x2",
        "BUG: kernel NULL pointer dereference, address: 0",
        "BUG: unable to handle page fault for address: 0",
        "kernel BUG at mm/slub.c:1!",
        "Oops: 0002 [#1] SMP",
        "general protection fault, probably for non-canonical address",
        "rcu: INFO: rcu_preempt self-detected stall on CPU",
        "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!",
        "INFO: task cat:1 blocked for more than 120 seconds.",
        "Unable to handle kernel paging request",
    ] {
        let machine = machine();
        let system = machine.system();
        let mut watch = Watch::begin(&system);
        say(&machine, &format!("4,2,2,-;{text}"));

        let text = text.to_owned();
        assert_eq!(watch.trouble(&system), Some(Trouble::Log { text }));
    }
}

#[test]
fn what_the_kernel_warns_of_is_told() {
    let machine = machine();
    let system = machine.system();
    let mut watch = Watch::begin(&system);
    say(&machine, "4,2,2,-;------------[ cut here ]------------");
    say(&machine, "4,3,2,-;WARNING: at foo");

    let trouble = watch.trouble(&system).unwrap();
    assert_eq!(trouble.to_string(), "the kernel says: WARNING: at foo");
}

#[test]
fn no_other_record_is_trouble() {
    for line in [
        "5,2,2,-;livepatch: 'fix': patching complete",
        "4,2,2,-;fix: tainting kernel with TAINT_LIVEPATCH",
        "6,2,2,-;traps: cat[7] general protection fault ip:1 sp:2 error:0 in cat[1,2]",
        "4,2,2,-;module verification failed: signature and/or required key missing",
        // Written by a user.
        "12,2,2,-;WARNING: not of the kernel",
        "nonsense",
        "",
    ] {
        let machine = machine();
        let system = machine.system();
        let mut watch = Watch::begin(&system);
        say(&machine, line);

        assert_eq!(watch.trouble(&system), None, "{line}");
    }
}

#[test]
fn new_taints_are_trouble() {
    for (tainted, flags) in [
        (512 + 128, Some("D")),
        (512 + 16384, Some("L")),
        (512 + 32 + 128, Some("BD")),
        (512 + 16, Some("M")),
        // Of modules, livepatches too.
        (512 + 4096 + 8192 + 32768 + 1, None),
        (512, None),
        (0, None),
    ] {
        let machine = machine();
        let system = machine.system();
        let mut watch = Watch::begin(&system);
        machine.write("proc/sys/kernel/tainted", tainted.to_string());

        let flags = flags.map(|flags| Trouble::Taint {
            flags: flags.to_owned(),
        });
        assert_eq!(watch.trouble(&system), flags, "{tainted}");
    }
}

#[test]
fn a_machine_that_shows_nothing_has_no_trouble() {
    let machine = Machine::new();
    let system = machine.system();

    assert_eq!(Watch::begin(&system).trouble(&system), None);
}

#[test]
fn what_was_said_is_kept() {
    let machine = machine();
    let system = machine.system();
    let mut watch = Watch::begin(&system);
    say(
        &machine,
        "4,2,2,-;livepatch: failed to patch object 'vmlinux'",
    );
    say(&machine, "4,2,2,-;usb: something");
    assert_eq!(watch.trouble(&system), None);
    say(
        &machine,
        "4,2,2,-;fix: disagrees about version of symbol module_layout",
    );

    assert_eq!(
        watch.said_about("fix"),
        [
            "livepatch: failed to patch object 'vmlinux'",
            "fix: disagrees about version of symbol module_layout"
        ]
    );
}

#[test]
fn commands_say_whether_all_is_well() {
    let machine = machine();
    let system = real(&machine);
    let run = |command: &str| {
        check(
            &system,
            &health(command, 20_000),
            &mut Watch::begin(&system),
        )
    };
    let status = |command: &str| match run(command) {
        Some(Trouble::Unhealthy { status, .. }) => status,
        other => panic!("{other:?}"),
    };

    assert_eq!(run("true"), None);
    assert_eq!(run("test -e / && exit 0"), None);
    assert_eq!(status("exit 3"), "status 3");
    assert_eq!(status("kill -9 $$"), "signal 9");
    assert_eq!(status("/none/such 2>/dev/null"), "status 127");
}

#[test]
fn commands_that_take_too_long_are_killed() {
    let machine = machine();
    let system = real(&machine);
    let marker = machine.path().join("marker");
    let command = format!("(sleep 1; echo >{}) & sleep 600", marker.display());
    let start = Instant::now();
    let trouble = check(&system, &health(&command, 100), &mut Watch::begin(&system)).unwrap();

    assert!(matches!(trouble, Trouble::TimedOut { .. }), "{trouble:?}");
    assert!(start.elapsed() < Duration::from_secs(20));
    std::thread::sleep(Duration::from_millis(1500));
    assert!(!marker.exists());
}

#[test]
fn trouble_ends_a_command() {
    let machine = machine();
    let system = real(&machine);
    let mut watch = Watch::begin(&system);
    let command = format!(
        "echo '1,9,9,-;Oops: 0' >>{}; sleep 600",
        machine.path().join("dev/kmsg").display()
    );
    let trouble = check(&system, &health(&command, 60_000), &mut watch).unwrap();

    assert!(matches!(trouble, Trouble::Log { .. }), "{trouble:?}");
}
