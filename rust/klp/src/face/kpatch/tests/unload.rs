// SPDX-License-Identifier: GPL-2.0

use std::fs;

use rustix::io::Errno;

use super::*;

/// Lets livepatches that were disabled go, some time after.
fn obedient(machine: &Machine) {
    machine.on_tick(|root, _| {
        for entry in fs::read_dir(root.join("sys/kernel/livepatch")).unwrap() {
            let path = entry.unwrap().path();
            if fs::read_to_string(path.join("enabled")).is_ok_and(|value| value.trim() == "0") {
                fs::remove_dir_all(path).unwrap();
            }
        }
    });
    machine.on_unload(|root, name| fs::remove_dir_all(root.join("sys/module").join(name)));
}

#[test]
fn a_livepatch_is_unloaded_by_any_of_its_names() {
    for name in [
        "my_fix",
        "my-fix",
        "my_fix.ko",
        "my-fix.ko",
        "/root/my-fix.ko",
        "./my_fix",
    ] {
        let machine = machine();
        patch(&machine, "my_fix", "1", "1");
        obedient(&machine);

        prints(
            &machine,
            &["unload", name],
            0,
            "disabling patch module: my_fix\n\
             waiting (up to 15 seconds) for patch transition to complete...\n\
             transition complete (1 seconds)\n\
             unloading patch module: my_fix\n",
            "",
        );
        assert_eq!(machine.calls(), ["unload my_fix"]);
    }
}

#[test]
fn what_is_not_loaded_is_said() {
    for name in ["fix", "fix.ko", "/root/fix.ko"] {
        prints(
            &machine(),
            &["unload", name],
            1,
            "",
            "kpatch: patch module fix is not loaded\nkpatch: failed to disable module fix\n",
        );
    }
}

#[test]
fn no_name_is_another_path() {
    let machine = machine();
    machine.write("sys/kernel/enabled", "1\n");
    for name in ["..", ".", "", "/", "a b", "a\nb"] {
        let (status, out, _) = kpatch(&machine, &["unload", name]);
        assert_eq!((status, out.as_str()), (1, ""), "{name:?}");
    }
    assert_eq!(machine.text("sys/kernel/enabled"), "1\n");
}

#[test]
fn what_is_disabled_is_unloaded() {
    let machine = machine();
    patch(&machine, "fix", "0", "0");
    machine.on_unload(|_, _| Ok(()));

    prints(
        &machine,
        &["unload", "fix"],
        0,
        "unloading patch module: fix\n",
        "",
    );
}

#[test]
fn a_module_that_is_left_is_unloaded() {
    let machine = machine();
    machine.write("sys/module/fix/initstate", "live\n");
    machine.on_unload(|_, _| Ok(()));

    prints(
        &machine,
        &["unload", "fix"],
        0,
        "unloading patch module: fix\n",
        "",
    );
}

#[test]
fn a_module_that_the_kernel_keeps_is_no_failure() {
    for errno in [Errno::WOULDBLOCK, Errno::BUSY, Errno::PERM, Errno::NOENT] {
        let machine = machine();
        patch(&machine, "fix", "0", "0");
        machine.on_unload(move |_, _| Err(errno.into()));

        prints(
            &machine,
            &["unload", "fix"],
            0,
            "unloading patch module: fix\n",
            "",
        );
    }
}

#[test]
fn a_module_in_use_is_waited_for() {
    let machine = machine();
    patch(&machine, "fix", "0", "0");
    machine.write("sys/module/fix/refcnt", "2\n");

    prints(
        &machine,
        &["unload", "fix"],
        1,
        "waiting (up to 15 seconds) for module refcount...\n",
        "kpatch: failed to unload module fix (refcnt)\n",
    );
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn a_module_that_is_used_a_little_longer_is_unloaded() {
    let machine = machine();
    patch(&machine, "fix", "0", "0");
    machine.write("sys/module/fix/refcnt", "1\n");
    machine.on_unload(|_, _| Ok(()));
    machine.on_tick(|root, now| {
        if now > Duration::from_secs(3) {
            fs::write(root.join("sys/module/fix/refcnt"), "0\n").unwrap();
        }
    });

    prints(
        &machine,
        &["unload", "fix"],
        0,
        "waiting (up to 15 seconds) for module refcount...\nunloading patch module: fix\n",
        "",
    );
}

#[test]
fn a_transition_that_stalls_stays() {
    let machine = machine();
    patch(&machine, "fix", "1", "1");

    let (status, _, err) = kpatch(&machine, &["unload", "fix"]);
    assert_eq!(status, 1);
    assert!(err.ends_with("kpatch: transition stalled for fix\n"));
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn all_are_unloaded() {
    let machine = machine();
    for name in ["b", "a", "c"] {
        patch(&machine, name, "1", "1");
    }
    obedient(&machine);

    let (status, out, err) = kpatch(&machine, &["unload", "--all"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(out.matches("unloading patch module: ").count(), 3);
    assert_eq!(machine.calls(), ["unload a", "unload b", "unload c"]);
}

#[test]
fn nothing_loaded_is_nothing_to_unload() {
    prints(&machine(), &["unload", "--all"], 0, "", "");
    prints(&Machine::new(), &["unload", "--all"], 0, "", "");
}

#[test]
fn what_is_left_is_told() {
    let machine = machine();
    patch(&machine, "a", "1", "1");
    obedient(&machine);
    patch(&machine, "stuck", "0", "0");
    machine.on_tick(|root, _| {
        let path = root.join("sys/kernel/livepatch/a");
        let _ = fs::remove_dir_all(path);
    });

    let (status, _, err) = kpatch(&machine, &["unload", "--all"]);
    assert_eq!(status, 1);
    assert_eq!(err, "kpatch: failed to unload module stuck\n");
}
