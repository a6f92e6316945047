// SPDX-License-Identifier: GPL-2.0

use std::fs;
use std::io;
use std::path::Path;

use rustix::io::Errno;

use super::*;
use crate::module_file::testing::{Maker, RELEASE};
use crate::system::fake::Machine;
use crate::system::MachineClock;

const SECOND: Duration = Duration::from_secs(1);

/// A machine with the file of a livepatch; loading it begins a transition that ends after some time.
fn machine(ends_after: Option<u32>) -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.write("proc/sys/kernel/tainted", "0");
    machine.write("dev/kmsg", "");
    machine.write("proc/7/task/7/patch_state", "0");
    machine.directory("sys/kernel/livepatch");
    machine.write("root/fix.ko", Maker::livepatch("fix").bytes());
    machine.on_load(|root, name| {
        let directory = root.join("sys/kernel/livepatch").join(name);
        fs::create_dir(&directory)?;
        fs::write(directory.join("enabled"), "1\n")?;
        fs::write(directory.join("transition"), "1\n")?;
        fs::create_dir_all(root.join("sys/module").join(name))?;
        fs::write(root.join("sys/module").join(name).join("initstate"), "live")?;
        fs::write(root.join("sys/module").join(name).join("refcnt"), "1")
    });
    machine.on_unload(|root, name| fs::remove_dir_all(root.join("sys/module").join(name)));
    machine.on_tick(move |root, now| {
        step(root, ends_after.is_some_and(|end| now >= SECOND * end));
    });
    machine
}

/// What the kernel does meanwhile: it ends the transition, at once if it goes back.
fn step(root: &Path, ends: bool) {
    let directory = root.join("sys/kernel/livepatch/fix");
    let Ok(enabled) = fs::read_to_string(directory.join("enabled")) else {
        return;
    };
    if enabled.trim() == "0" {
        fs::remove_dir_all(&directory).unwrap();
        fs::write(root.join("sys/module/fix/refcnt"), "0").unwrap();
    } else if ends {
        fs::write(directory.join("transition"), "0").unwrap();
    }
}

fn plan() -> Plan {
    Plan {
        limits: Limits::KPATCH,
        timeout: 75 * SECOND,
        revert_on_stall: false,
        revert_on_trouble: true,
        health: None,
        watch: Duration::ZERO,
    }
}

fn run(machine: &Machine, plan: &Plan) -> Result<Report, Refused> {
    run_on(&machine.system(), plan)
}

fn run_on(system: &System, plan: &Plan) -> Result<Report, Refused> {
    let module = ModuleFile::open(&system.root, "/root/fix.ko").unwrap();
    // When a livepatch is disabled, the model of the kernel sees it at the next tick; until then it is in a transition.
    load(system, &module, plan, &mut Disabler)
}

/// Begins the way back as the kernel does: a write to `enabled` begins a transition.
struct Disabler;

impl Observer for Disabler {
    fn event(&mut self, system: &System, event: &Event<'_>) {
        if let Event::Disabling(name) = event {
            let transition = system.root.path(patch::attribute(name, "transition"));
            fs::write(transition, "1").unwrap();
        }
    }
}

fn journal(machine: &Machine) -> Vec<(Action, Option<journal::Outcome>)> {
    journal::history(&machine.system())
        .unwrap()
        .events
        .iter()
        .map(|event| (event.entry.action, event.entry.outcome))
        .collect()
}

#[test]
fn a_good_livepatch_is_enabled() {
    for end in [0, 1, 14, 16, 74] {
        let machine = machine(Some(end));
        let report = run(&machine, &plan()).unwrap();

        assert_eq!(report.end, End::Enabled, "{end}");
        assert!(report.waited < SECOND * (end + 1), "{:?}", report.waited);
        assert_eq!(machine.calls(), ["load fix"]);
        assert_eq!(
            journal(&machine),
            [(Action::Load, Some(journal::Outcome::Done))]
        );
    }
}

#[test]
fn one_that_stalls_goes_on() {
    let machine = machine(None);
    let report = run(&machine, &plan()).unwrap();

    assert_eq!(report.end, End::Stalled);
    assert_eq!(report.waited, 75 * SECOND);
    assert_eq!(machine.calls(), ["load fix"]);
    assert_eq!(
        journal(&machine),
        [(Action::Load, Some(journal::Outcome::Stalled))]
    );
}

#[test]
fn one_that_stalls_is_taken_back_if_that_is_wanted() {
    let machine = machine(None);
    let plan = Plan {
        revert_on_stall: true,
        timeout: 5 * SECOND,
        ..plan()
    };
    let report = run(&machine, &plan).unwrap();

    assert_eq!(
        report.end,
        End::Reverted {
            reason: Reason::Stall
        }
    );
    assert_eq!(machine.calls(), ["load fix", "unload fix"]);
    assert_eq!(
        journal(&machine),
        [
            (Action::Load, Some(journal::Outcome::Reverted)),
            (Action::Revert, Some(journal::Outcome::Done)),
        ]
    );
}

#[test]
fn one_that_cannot_be_taken_back_is_told_of() {
    let machine = machine(None);
    machine.on_tick(|_, _| ());
    let plan = Plan {
        revert_on_stall: true,
        timeout: SECOND,
        ..plan()
    };
    let report = run(&machine, &plan).unwrap();

    assert!(matches!(report.end, End::NotReverted { .. }), "{report:?}");
    assert_eq!(machine.calls(), ["load fix"]);
}

#[test]
fn without_waiting_it_has_begun() {
    let machine = machine(None);
    let plan = Plan {
        timeout: Duration::ZERO,
        ..plan()
    };

    assert_eq!(run(&machine, &plan).unwrap().end, End::Begun);
    assert_eq!(machine.now(), Duration::ZERO);
}

#[test]
fn trouble_in_the_transition_takes_it_back() {
    let machine = machine(None);
    machine.on_tick(|root, now| {
        if now >= 3 * SECOND {
            fs::write(root.join("dev/kmsg"), "4,1,1,-;WARNING: at foo\n").unwrap();
        }
        step(root, false);
    });
    let report = run(&machine, &plan()).unwrap();

    assert!(
        matches!(&report.end, End::Reverted { reason: Reason::Trouble(Trouble::Log { text }) } if text == "WARNING: at foo"),
        "{report:?}"
    );
    assert!(report.waited <= 5 * SECOND, "{:?}", report.waited);
}

#[test]
fn trouble_after_the_transition_takes_it_back() {
    let machine = machine(Some(1));
    machine.on_tick(|root, now| {
        if now >= 4 * SECOND {
            fs::write(root.join("proc/sys/kernel/tainted"), "512").unwrap();
        }
        step(root, now >= SECOND);
    });
    let short = Plan {
        watch: SECOND,
        ..plan()
    };
    assert_eq!(run(&machine, &short).unwrap().end, End::Enabled);

    let machine = super::tests::machine(Some(1));
    machine.on_tick(|root, now| {
        if now >= 4 * SECOND {
            fs::write(root.join("proc/sys/kernel/tainted"), "512").unwrap();
        }
        step(root, now >= SECOND);
    });
    let long = Plan {
        watch: 10 * SECOND,
        ..plan()
    };
    let report = run(&machine, &long).unwrap();
    assert!(
        matches!(&report.end, End::Reverted { reason: Reason::Trouble(Trouble::Taint { flags }) } if flags == "W"),
        "{report:?}"
    );
}

#[test]
fn without_a_guard_trouble_is_told_only() {
    let machine = machine(Some(3));
    machine.on_tick(|root, now| {
        fs::write(root.join("proc/sys/kernel/tainted"), "128").unwrap();
        step(root, now >= 3 * SECOND);
    });
    let plan = Plan {
        revert_on_trouble: false,
        ..plan()
    };
    let report = run(&machine, &plan).unwrap();

    assert_eq!(report.end, End::Enabled);
    assert!(
        matches!(report.trouble, Some(Trouble::Taint { .. })),
        "{report:?}"
    );
}

#[test]
fn a_health_check_decides() {
    for (command, good) in [("true", true), ("exit 7", false)] {
        let machine = machine(Some(0));
        let plan = Plan {
            health: Some(HealthCheck {
                command: command.to_owned(),
                timeout: 20 * SECOND,
            }),
            ..plan()
        };
        // Commands take real time.
        let system = System {
            clock: Box::new(MachineClock::new()),
            ..machine.system()
        };
        machine.on_load(|root, name| {
            let directory = root.join("sys/kernel/livepatch").join(name);
            fs::create_dir(&directory)?;
            fs::write(directory.join("enabled"), "1\n")?;
            fs::write(directory.join("transition"), "0\n")
        });
        let module = ModuleFile::open(&system.root, "/root/fix.ko").unwrap();
        let report = load(&system, &module, &plan, &mut ()).unwrap();

        assert_eq!(report.end == End::Enabled, good, "{command}: {report:?}");
        let enabled = machine.text("sys/kernel/livepatch/fix/enabled");
        assert_eq!(enabled.trim() == "1", good, "{command}");
    }
}

#[test]
fn one_that_is_enabled_is_left_alone() {
    let machine = machine(None);
    machine.write("sys/kernel/livepatch/fix/enabled", "1");
    machine.write("sys/kernel/livepatch/fix/transition", "0");

    assert_eq!(run(&machine, &plan()).unwrap().end, End::AlreadyEnabled);
    assert_eq!(machine.calls(), Vec::<String>::new());
}

#[test]
fn somebody_else_can_disable_it() {
    let machine = machine(None);
    machine.on_tick(|root, now| {
        if now >= 2 * SECOND {
            let _ = fs::remove_dir_all(root.join("sys/kernel/livepatch/fix"));
        }
    });

    assert_eq!(run(&machine, &plan()).unwrap().end, End::Disabled);
}

#[test]
fn what_the_kernel_says_is_passed_on() {
    for errno in [
        Errno::INVAL,
        Errno::NOEXEC,
        Errno::KEYREJECTED,
        Errno::PERM,
        Errno::NOMEM,
    ] {
        let machine = machine(None);
        machine.on_load(move |root, _| -> io::Result<()> {
            fs::write(
                root.join("dev/kmsg"),
                "4,1,1,-;livepatch: failed to find location for function 'foo'\n",
            )?;
            Err(errno.into())
        });
        let refused = run(&machine, &plan()).unwrap_err();

        assert_eq!(
            refused.kernel,
            ["livepatch: failed to find location for function 'foo'"]
        );
        assert_eq!(
            journal(&machine),
            [(Action::Load, Some(journal::Outcome::Failed))]
        );
    }
}

#[test]
fn a_busy_kernel_is_asked_again() {
    let machine = machine(None);
    let mut left = 3;
    machine.on_load(move |root, name| {
        left -= 1;
        if left > 0 {
            return Err(Errno::BUSY.into());
        }
        let directory = root.join("sys/kernel/livepatch").join(name);
        fs::create_dir(&directory)?;
        fs::write(directory.join("enabled"), "1\n")?;
        fs::write(directory.join("transition"), "0\n")
    });

    assert_eq!(run(&machine, &plan()).unwrap().end, End::Enabled);
    assert_eq!(machine.calls().len(), 3);
}

#[test]
fn those_that_it_has_replaced_are_named() {
    let machine = machine(Some(2));
    machine.write("sys/kernel/livepatch/old/enabled", "1");
    machine.write("sys/kernel/livepatch/old/transition", "0");
    machine.on_tick(|root, now| {
        if now >= 2 * SECOND {
            let _ = fs::remove_dir_all(root.join("sys/kernel/livepatch/old"));
        }
        step(root, now >= 2 * SECOND);
    });

    assert_eq!(run(&machine, &plan()).unwrap().replaced, ["old"]);
}

#[test]
fn a_journal_that_cannot_be_written_is_no_hindrance() {
    let machine = machine(Some(0));
    machine.directory("var/lib/klp/journal");

    assert_eq!(run(&machine, &plan()).unwrap().end, End::Enabled);
}

#[test]
fn ends_are_told_to_programs() {
    let json = |end: &End| serde_json::to_string(end).unwrap();

    assert_eq!(json(&End::Enabled), r#"{"outcome":"enabled"}"#);
    assert_eq!(
        json(&End::Reverted {
            reason: Reason::Stall
        }),
        r#"{"outcome":"reverted","reason":"stall"}"#
    );
    assert_eq!(
        json(&End::Reverted {
            reason: Reason::Trouble(Trouble::Taint {
                flags: "W".to_owned()
            })
        }),
        r#"{"outcome":"reverted","reason":{"trouble":{"kind":"taint","flags":"W"}}}"#
    );
}
