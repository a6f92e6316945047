// SPDX-License-Identifier: GPL-2.0

use std::ffi::OsString;

use crate::exit::{Exit, Failure};
use crate::face::{Context, Face};
use crate::report::testing::{machine, Loaded, TWO_FIXES};
use crate::system::fake::Machine;

struct Ran {
    result: Result<Exit, Failure>,
    out: String,
    err: String,
}

fn run_as(euid: u32, machine: &Machine, arguments: &[&str]) -> Ran {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut system = machine.system();
    system.euid = euid;
    let mut context = Context {
        system: &system,
        out: &mut out,
        err: &mut err,
    };
    let result = Face::Kgr.run(&arguments, &mut context);

    Ran {
        result,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

fn run(machine: &Machine, arguments: &[&str]) -> Ran {
    run_as(0, machine, arguments)
}

fn task(
    machine: &Machine,
    pid: u32,
    tid: u32,
    patch_state: &str,
    state: &str,
    flags: u32,
    cmdline: &str,
) {
    let directory = format!("proc/{pid}/task/{tid}");
    machine.write(&format!("proc/{pid}/cmdline"), cmdline);
    machine.write(&format!("{directory}/patch_state"), patch_state);
    machine.write(&format!("{directory}/stack"), "[<0>] foo+0x1/0x2\n");
    machine.write(
        &format!("{directory}/stat"),
        format!("{tid} (comm) {state} 1 1 1 0 -1 {flags} 1 0 0 0 0 0 0 0 20 0 1 0 1 0 0"),
    );
}

/// A transition that waits for two threads of one process, one of the kernel, and one that is stopped.
fn stalled() -> Machine {
    let machine = machine();
    Loaded {
        state: ("1", "1"),
        ..Loaded::default()
    }
    .on(&machine);
    task(&machine, 7, 7, "0", "S", 0, "cat\0/x\0");
    task(&machine, 7, 8, "0", "S", 0, "cat\0/x\0");
    task(&machine, 9, 9, "0", "S", 0x0020_0000, "");
    task(&machine, 10, 10, "0", "T", 0, "vi\0");
    task(&machine, 11, 11, "1", "S", 0, "done\0");
    machine
}

#[test]
fn a_machine_is_ready_or_not() {
    for (state, expected, exit) in [
        (("1", "0"), "ready\n", Exit::Success),
        (("0", "0"), "ready\n", Exit::Success),
        (("1", "1"), "in_progress\n", Exit::Failure),
        (("0", "1"), "in_progress\n", Exit::Failure),
    ] {
        let machine = machine();
        Loaded {
            state,
            ..Loaded::default()
        }
        .on(&machine);
        let ran = run(&machine, &["status"]);
        assert_eq!(
            (ran.out.as_str(), ran.result.unwrap()),
            (expected, Exit::Success)
        );
        let ran = run(&machine, &["check"]);
        assert_eq!((ran.out.as_str(), ran.result.unwrap()), ("", exit));
    }
    assert_eq!(run(&Machine::new(), &["status"]).out, "ready\n");
}

#[test]
fn patches_are_shown_as_kgraft_did() {
    let machine = machine();
    Loaded {
        name: "kgraft_patch_3_2_1",
        note: Some(&["name=kgraft_patch_3_2_1"]),
        ..Loaded::default()
    }
    .on(&machine);
    Loaded {
        name: "old",
        state: ("0", "0"),
        order: "2",
        note: Some(TWO_FIXES),
        ..Loaded::default()
    }
    .on(&machine);

    assert_eq!(run(&machine, &["patches"]).out, "kgraft_patch_3_2_1\nold\n");
    let expected = "\
kgraft_patch_3_2_1
    active: 1
    RPM: (none)
    CVE: (none - this is an initial kGraft patch)
    bug fixes and enhancements: (none)
old
    active: 0
";
    assert_eq!(run(&machine, &["-v", "patches"]).out, expected);
    assert_eq!(run(&machine, &["patches", "-v"]).out, expected);
    let more = run(&machine, &["-vv", "patches"]).out;
    assert!(more.contains("\n    expiration: (unknown)\n"), "{more}");
}

#[test]
fn what_is_waited_for_is_printed() {
    let machine = stalled();

    assert_eq!(run(&machine, &["blocking"]).out, "7\n9\n10\n");
    assert_eq!(run(&machine, &["blocking", "-t"]).out, "7\n8\n9\n10\n");
    assert_eq!(
        run(&machine, &["-v", "blocking"]).out,
        "7 cat /x\n9 [comm]\n10 vi\n"
    );
    assert_eq!(
        run(&machine, &["-v", "-v", "blocking", "-t"]).out,
        "7 cat /x\n    foo\n8 cat /x\n    foo\n9 [comm]\n    foo\n10 vi\n    foo\n"
    );
}

#[test]
fn nothing_is_said_to_block_when_nothing_does() {
    let machine = machine();
    Loaded::default().on(&machine);

    let ran = run(&machine, &["blocking"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    assert_eq!(
        run(&machine, &["-v", "blocking"]).out,
        "no processes with kgr_in_progress set\n"
    );
    assert_eq!(
        run(&machine, &["-v", "blocking", "-t"]).out,
        "no threads with kgr_in_progress set\n"
    );
}

#[test]
fn who_is_not_root_is_warned() {
    let machine = stalled();

    assert_eq!(
        run_as(1000, &machine, &["blocking"]).err,
        "Warning: running as non-root user, display will be limited\n"
    );
    assert_eq!(
        run_as(1000, &machine, &["poke"]).err,
        "Warning: running as non-root user, only this user's processes will be poked\n"
    );
    assert_eq!(run_as(1000, &machine, &["status"]).err, "");
}

#[test]
fn processes_are_poked() {
    let machine = stalled();
    let ran = run(&machine, &["-v", "poke"]);

    assert_eq!(ran.out, "sending 7 STOP\nsending 7 CONT\n");
    assert_eq!(ran.result.unwrap(), Exit::Success);
    assert_eq!(machine.calls(), ["STOP 7", "CONT 7"]);
    assert_eq!(machine.now().as_millis(), 100);
}

#[test]
fn all_that_were_stopped_go_on() {
    let machine = stalled();
    task(&machine, 12, 12, "0", "R", 0, "x\0");
    assert_eq!(run(&machine, &["poke"]).out, "");
    assert_eq!(machine.calls(), ["STOP 7", "STOP 12", "CONT 7", "CONT 12"]);
}

#[test]
fn a_closed_pipe_leaves_nobody_stopped() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let machine = stalled();
    let system = machine.system();
    let mut context = Context {
        system: &system,
        out: &mut Closed,
        err: &mut Vec::new(),
    };
    let result = Face::Kgr.run(&["-v".into(), "poke".into()], &mut context);

    assert!(result.is_err());
    assert_eq!(machine.calls(), ["STOP 7", "CONT 7"]);
}

#[test]
fn nobody_is_poked_without_a_transition() {
    let machine = stalled();
    machine.write("sys/kernel/livepatch/livepatch_6_1/transition", "0");
    assert_eq!(run(&machine, &["-v", "poke"]).out, "");
    assert!(machine.calls().is_empty());
}

#[test]
fn the_command_line_is_checked() {
    let machine = Machine::new();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["status", "x"],
        &["-x", "status"],
        &["patches", "-t"],
    ] {
        let ran = run(&machine, arguments);
        assert_eq!(ran.result.unwrap(), Exit::Usage, "{arguments:?}");
        assert!(!ran.err.is_empty() && ran.out.is_empty());
    }
    for arguments in [&["--version"][..], &["-V"]] {
        assert_eq!(run(&machine, arguments).out, "kgr 0.1.0\n");
    }
    for arguments in [&["-h"][..], &["--help"], &["poke", "--help"]] {
        let ran = run(&machine, arguments);
        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert!(ran.out.contains("Usage: kgr"));
    }
}
