// SPDX-License-Identifier: GPL-2.0

use std::fs;

use super::*;
use crate::system::fake::Machine;

const KTHREAD: u32 = 0x0020_0000;

/// A machine on which `fix`, which replaces `foo` of the kernel and `bar` of a module, is in a transition.
fn machine(enabled: &str) -> Machine {
    let machine = Machine::new();
    livepatch(
        &machine,
        "fix",
        enabled,
        "1",
        &["vmlinux/foo,1", "mod/bar,2"],
    );
    machine.write("proc/uptime", "1000.50 2000.00\n");
    machine.write(
        "dev/kmsg",
        "5,1,900000000,-;livepatch: 'fix': starting patching transition\n",
    );
    machine
}

fn livepatch(machine: &Machine, name: &str, enabled: &str, transition: &str, functions: &[&str]) {
    let directory = format!("sys/kernel/livepatch/{name}");
    machine.write(&format!("{directory}/enabled"), enabled);
    machine.write(&format!("{directory}/transition"), transition);
    for function in functions {
        machine.directory(&format!("{directory}/{function}"));
    }
}

/// Adds a task, of a process of its own.
fn task(machine: &Machine, pid: u32, letter: &str, flags: u32, stack: &str) {
    thread(machine, pid, pid, letter, flags, stack);
    let cmdline = match flags & KTHREAD {
        0 => "/bin/cat\0/proc/test\0",
        _ => "",
    };
    machine.write(&format!("proc/{pid}/cmdline"), cmdline);
}

fn thread(machine: &Machine, pid: u32, tid: u32, letter: &str, flags: u32, stack: &str) {
    let directory = format!("proc/{pid}/task/{tid}");
    machine.write(&format!("{directory}/patch_state"), "0\n");
    machine.write(&format!("{directory}/stack"), stack);
    machine.write(
        &format!("{directory}/stat"),
        format!("{tid} (cat) {letter} 1 1 1 0 -1 {flags} 1 0 0 0 0 0 0 0 20 0 1 0 95050 0 0\n"),
    );
}

fn one(machine: &Machine) -> Blocker {
    let report = report(&machine.system(), FEW).unwrap().unwrap();
    assert_eq!(report.waiting.len(), 1);
    report.waiting[0].clone()
}

fn text(machine: &Machine) -> String {
    let report = report(&machine.system(), FEW).unwrap().unwrap();
    let mut out = Vec::new();
    render(&report, true, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn actions(blocker: &Blocker) -> Vec<Action> {
    blocker
        .remedies
        .iter()
        .map(|remedy| remedy.action)
        .collect()
}

const IN_FOO: &str = "[<0>] msleep+0x1/0x2\n[<0>] foo+0x1/0x2\n[<0>] do_syscall_64+0x1/0x2\n";

#[test]
fn without_a_transition_there_is_no_report() {
    let machine = Machine::new();
    assert_eq!(report(&machine.system(), FEW).unwrap(), None);

    livepatch(&machine, "fix", "1", "0", &[]);
    assert_eq!(report(&machine.system(), FEW).unwrap(), None);
}

#[test]
fn the_replaced_function_is_found() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    let blocker = one(&machine);

    assert_eq!(blocker.cause, Cause::InFunction);
    let culprit = blocker.function.unwrap();
    assert_eq!(
        (culprit.name.as_str(), culprit.object.as_str()),
        ("foo", "vmlinux")
    );
    assert_eq!(blocker.arguments, ["/bin/cat", "/proc/test"]);
}

#[test]
fn a_function_of_that_name_elsewhere_is_another() {
    for stack in [
        "[<0>] foo+0x1/0x2 [mod]\n",
        "[<0>] bar+0x1/0x2\n",
        "[<0>] bar+0x1/0x2 [other]\n",
        "[<0>] foo.cold+0x1/0x2\n",
    ] {
        let machine = machine("1");
        task(&machine, 7, "S", 0, stack);

        assert_eq!(one(&machine).cause, Cause::Unclear, "{stack}");
    }
}

#[test]
fn a_function_of_a_module_is_found() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, "[<0>] bar+0x1/0x2 [mod]\n");

    assert_eq!(one(&machine).function.unwrap().object, "mod");
}

#[test]
fn the_replacement_keeps_a_task_while_it_is_disabled() {
    let machine = machine("0");
    task(
        &machine,
        7,
        "S",
        0,
        "[<0>] helper+0x1/0x2 [fix]\n[<0>] new_foo+0x1/0x2 [fix]\n[<0>] x+0x1/0x2\n",
    );
    machine.write("proc/7/task/7/patch_state", "1");
    let blocker = one(&machine);

    assert_eq!(blocker.function.unwrap().name, "new_foo");
    assert!(text(&machine).starts_with("disabling fix for 1 min 40 s: 1 of 1 task left\n"));
}

#[test]
fn the_original_keeps_no_task_while_it_is_disabled() {
    let machine = machine("0");
    task(&machine, 7, "S", 0, IN_FOO);
    machine.write("proc/7/task/7/patch_state", "1");

    assert_eq!(one(&machine).cause, Cause::Unclear);
}

#[test]
fn a_replacement_of_another_livepatch_is_replaced_too() {
    let machine = machine("1");
    livepatch(&machine, "older", "1", "0", &["vmlinux/foo,1"]);
    livepatch(&machine, "unrelated", "1", "0", &["vmlinux/baz,1"]);
    task(&machine, 7, "S", 0, "[<0>] new_foo+0x1/0x2 [older]\n");
    assert_eq!(one(&machine).function.unwrap().object, "older");

    machine.write("proc/7/task/7/stack", "[<0>] new_baz+0x1/0x2 [unrelated]\n");
    assert_eq!(one(&machine).cause, Cause::Unclear);
}

#[test]
fn a_task_that_runs_is_said_to() {
    let machine = machine("1");
    task(&machine, 7, "R", 0, "");
    let blocker = one(&machine);

    assert_eq!(blocker.cause, Cause::Running);
    assert_eq!(actions(&blocker), [Action::Wait]);
}

#[test]
fn what_the_kernel_does_not_show_is_hidden() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, "");
    fs::remove_file(machine.path().join("proc/7/task/7/stack")).unwrap();

    assert_eq!(one(&machine).cause, Cause::Hidden);
    assert!(text(&machine).contains("only root can see it"));
}

#[test]
fn times_are_those_of_the_kernels_log() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    let report = |machine: &Machine| report(&machine.system(), FEW).unwrap().unwrap();

    assert_eq!(report(&machine).seconds, Some(100));
    // The task is younger than the transition.
    assert_eq!(report(&machine).waiting[0].seconds, Some(50));
    machine.write(
        "dev/kmsg",
        "5,1,900000000,-;livepatch: 'fix': starting patching transition\n\
         5,2,915000000,-;livepatch: signaling remaining tasks\n\
         5,3,990000000,-;livepatch: 'fix': starting unpatching transition\n\
         5,4,991000000,-;livepatch: 'fixes': starting patching transition\n",
    );
    assert_eq!(report(&machine).seconds, Some(10));
    assert_eq!(report(&machine).signaled, Some(false));
}

#[test]
fn without_a_log_the_time_is_not_known() {
    for file in ["dev/kmsg", "proc/uptime"] {
        let machine = machine("1");
        task(&machine, 7, "S", 0, IN_FOO);
        fs::remove_file(machine.path().join(file)).unwrap();
        let report = report(&machine.system(), FEW).unwrap().unwrap();

        assert_eq!((report.seconds, report.signaled), (None, None), "{file}");
        assert_eq!(report.waiting[0].seconds, None);
        assert!(text(&machine).starts_with("enabling fix: 1 of 1 task left\n"));
    }
}

#[test]
fn remedies_are_those_of_the_task() {
    for (letter, flags, pid, expected) in [
        ("S", 0, 7, vec![Action::Signal]),
        ("T", 0, 7, vec![Action::Continue]),
        ("t", 0, 7, vec![Action::Continue]),
        ("D", 0, 7, vec![Action::Wait]),
        ("R", 0, 7, vec![Action::Wait]),
        ("S", KTHREAD, 7, vec![Action::Release]),
        ("D", KTHREAD, 7, vec![Action::Release]),
        ("S", 0, 1, vec![Action::Signal]),
        ("?", 0, 7, vec![Action::Signal]),
    ] {
        let machine = machine("1");
        task(&machine, pid, letter, flags, IN_FOO);

        assert_eq!(actions(&one(&machine)), expected, "{letter} {flags} {pid}");
    }
}

#[test]
fn the_service_of_a_task_can_be_stopped() {
    let machine = machine("1");
    task(&machine, 7, "D", 0, IN_FOO);
    machine.write("proc/7/task/7/cgroup", "0::/system.slice/ssh.service\n");
    let blocker = one(&machine);

    assert_eq!(actions(&blocker), [Action::Wait, Action::StopService]);
    assert_eq!(
        blocker.remedies[1].command.as_deref(),
        Some("systemctl stop ssh.service")
    );
}

#[test]
fn nobody_stops_the_manager_of_the_system() {
    let machine = machine("1");
    task(&machine, 1, "S", 0, IN_FOO);
    machine.write("proc/1/task/1/cgroup", "0::/init.scope\n");

    assert_eq!(actions(&one(&machine)), [Action::Signal]);
    assert!(text(&machine).contains("systemctl daemon-reexec"));
}

#[test]
fn before_the_fake_signal_one_waits_for_it() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    machine.write("proc/uptime", "905.00 1.0");

    assert_eq!(actions(&one(&machine)), [Action::Wait]);
    assert!(text(&machine).contains("has not sent its fake signal yet"));
}

#[test]
fn names_of_tasks_move_no_cursor() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    machine.write("proc/7/cmdline", "\u{1b}[2Jevil\0");

    assert!(!text(&machine).contains('\u{1b}'));
}

#[test]
fn tasks_that_vanish_are_left_out() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    task(&machine, 8, "S", 0, IN_FOO);
    fs::remove_file(machine.path().join("proc/8/task/8/stat")).unwrap();
    let report = report(&machine.system(), FEW).unwrap().unwrap();

    assert_eq!((report.left, report.waiting.len()), (2, 1));
    assert!(text(&machine).contains("1 task more, or gone since"));
}

#[test]
fn only_so_many_are_looked_at() {
    let machine = machine("1");
    for tid in 100..120 {
        thread(&machine, 7, tid, "S", 0, IN_FOO);
    }
    let report = report(&machine.system(), 5).unwrap().unwrap();

    assert_eq!((report.left, report.waiting.len()), (20, 5));
    assert_eq!(report.waiting[0].task, Task { pid: 7, tid: 100 });
}

#[test]
fn if_nobody_is_left_that_is_said() {
    let machine = machine("1");
    machine.directory("proc/7/task");

    assert!(text(&machine).contains("the idle task of a CPU"));
}

#[test]
fn a_report_has_all_in_it() {
    let machine = machine("1");
    thread(&machine, 7, 9, "S", 0, IN_FOO);
    machine.write("proc/7/task/9/cgroup", "0::/system.slice/a.service\n");

    assert_eq!(
        text(&machine),
        "\
enabling fix for 1 min 40 s: 1 of 1 task left
the kernel has sent fake signals, and does every 15 s

7 (thread 9) cat: task of a user, sleeping
    is in foo of vmlinux, waited for 50 s
    stack:
        msleep
        foo
        do_syscall_64
    -> kill -STOP 7; sleep 0.1; kill -CONT 7
       makes it leave its system call and begin again, where the fake signal has not
    -> systemctl stop a.service
       it belongs to a.service

for the transition as a whole:
    -> klp unload fix
       goes back to the old functions
    -> klp force --yes fix
       the last resort: tasks may mix old and new functions, and the module of what goes out can never be unloaded
"
    );
}

#[test]
fn programs_get_the_same() {
    let machine = machine("1");
    task(&machine, 7, "S", 0, IN_FOO);
    let report = report(&machine.system(), FEW).unwrap().unwrap();
    let value = serde_json::to_value(&report).unwrap();

    assert_eq!(value["livepatch"], "fix");
    assert_eq!(value["state"], "enabling");
    assert_eq!(value["waiting"][0]["pid"], 7);
    assert_eq!(value["waiting"][0]["cause"], "in_function");
    assert_eq!(value["waiting"][0]["function"]["name"], "foo");
    assert_eq!(value["waiting"][0]["remedies"][0]["action"], "signal");
    assert_eq!(value["remedies"][1]["action"], "force");
}

#[test]
fn what_makes_no_sense_is_no_reason_to_stop() {
    let files = ["stat", "stack", "cgroup", "patch_state"];
    let long = "x".repeat(100_000);

    for file in files {
        for nonsense in [
            "",
            "\n",
            "\u{0}",
            "[<0>] ",
            "((((",
            "99999999999999999999",
            &long,
        ] {
            let machine = machine("1");
            task(&machine, 7, "S", 0, IN_FOO);
            machine.write(&format!("proc/7/task/7/{file}"), nonsense);

            assert!(report(&machine.system(), FEW).unwrap().is_some(), "{file}");
            text(&machine);
        }
    }
    for file in ["proc/uptime", "dev/kmsg"] {
        for nonsense in [
            "",
            "nan",
            "-1",
            "inf",
            "1e400",
            "5,1,99999999999999999999,-;x\n",
        ] {
            let machine = machine("1");
            task(&machine, 7, "S", 0, IN_FOO);
            machine.write(file, nonsense);
            text(&machine);
        }
    }
}
