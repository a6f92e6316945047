// SPDX-License-Identifier: GPL-2.0

use super::*;

#[test]
fn a_machine_with_nothing_lists_nothing() {
    let out = "Loaded patch modules:\n\nInstalled patch modules:\n";

    prints(&machine(), &["list"], 0, out, "");
    prints(&Machine::new(), &["list"], 0, out, "");
}

#[test]
fn each_state_has_its_word() {
    for (enabled, transition, word) in [
        ("1", "0", "enabled"),
        ("0", "0", "disabled"),
        ("1", "1", "enabling..."),
        ("0", "1", "disabling..."),
    ] {
        let machine = machine();
        machine.directory("proc");
        patch(&machine, "fix", enabled, transition);
        let stalled = match transition {
            "1" => "\nStalled processes:\n",
            _ => "",
        };
        let out =
            format!("Loaded patch modules:\nfix [{word}]\n{stalled}\nInstalled patch modules:\n");

        prints(&machine, &["list"], 0, &out, "");
    }
}

#[test]
fn what_is_installed_is_listed_by_kernel_and_file() {
    let machine = machine();
    for file in [
        "7.3.4/b-c.ko",
        "7.3.4/a.ko.xz",
        "6.1.0/z.ko",
        "7.3.4/.hidden.ko",
        "7.3.4/x.txt",
    ] {
        machine.write(&format!("var/lib/kpatch/{file}"), "");
    }
    machine.write("var/lib/kpatch/file", "");

    prints(
        &machine,
        &["list"],
        0,
        "Loaded patch modules:\n\nInstalled patch modules:\nz (6.1.0)\na (7.3.4)\nb_c (7.3.4)\n",
        "",
    );
}

#[test]
fn those_that_stall_are_listed_with_their_stacks() {
    let machine = machine();
    patch(&machine, "fix", "0", "1");
    for (pid, tid, state) in [
        (1, 1, "0"),
        (20, 20, "1"),
        (20, 21, "1"),
        (3, 3, "1"),
        (4, 4, "-1"),
    ] {
        let task = format!("proc/{pid}/task/{tid}");
        machine.write(&format!("{task}/patch_state"), state);
        machine.write(&format!("{task}/comm"), format!("comm{tid}\n"));
        machine.write(&format!("{task}/stack"), "[<0>] a\n[<0>] b\n");
    }
    machine.write("proc/5/task/5/patch_state", "1");

    let out = kpatch(&machine, &["list"]).1;
    let stalled = out.split_once("Stalled processes:\n").unwrap().1;
    let task = |tid| format!("{tid} comm{tid}\nstack:\n[<0>] a\n[<0>] b\n");
    assert_eq!(
        stalled,
        format!(
            "{}{}{}5 \nstack:\n\n\nInstalled patch modules:\n",
            task(20),
            task(21),
            task(3)
        )
    );
}

#[test]
fn the_last_of_the_stack_has_each_function() {
    let machine = machine();
    for (name, order, function) in [
        ("base", 1, "vmlinux/foo,1"),
        ("base", 1, "vmlinux/bar,2"),
        ("top_of_them", 2, "vmlinux/foo,1"),
        ("top_of_them", 2, "ext4/foo,1"),
    ] {
        patch(&machine, name, "1", "0");
        machine.write(
            &format!("sys/kernel/livepatch/{name}/stack_order"),
            format!("{order}\n"),
        );
        machine.directory(&format!("sys/kernel/livepatch/{name}/{function}"));
    }
    patch(&machine, "old_kernel", "1", "0");
    machine.directory("sys/kernel/livepatch/old_kernel/vmlinux/baz,1");

    let out = kpatch(&machine, &["list"]).1;
    let table = out.split_once("\n\nCurrently").unwrap().1;
    assert_eq!(
        table,
        " livepatched functions:\n\
         Module       Object   Function/Occurrence\n\
         top_of_them  ext4     foo,1\n\
         base         vmlinux  bar,2\n\
         top_of_them  vmlinux  foo,1\n"
    );
}

#[test]
fn a_transition_is_a_column_of_its_own() {
    let machine = machine();
    machine.directory("proc");
    patch(&machine, "fix", "1", "1");
    machine.write("sys/kernel/livepatch/fix/stack_order", "1\n");
    machine.directory("sys/kernel/livepatch/fix/vmlinux/foo,1");

    let out = kpatch(&machine, &["list"]).1;
    assert!(out.ends_with(
        "Module  Object   Function/Occurrence  \nfix     vmlinux  foo,1                (transition)\n"
    ));
}

#[test]
fn nonsense_of_the_kernel_is_listed_as_kpatch_would() {
    let machine = machine();
    machine.write("sys/kernel/livepatch/a/enabled", "");
    machine.write("sys/kernel/livepatch/b/enabled", "nonsense\n");
    machine.write("sys/kernel/livepatch/c/enabled", "1");
    machine.write("sys/kernel/livepatch/file", "1");

    let out = kpatch(&machine, &["list"]).1;
    assert!(out.starts_with(
        "Loaded patch modules:\na [disabled]\nb [disabled]\nc [enabled]\n\nInstalled"
    ));
}
