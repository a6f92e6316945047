// SPDX-License-Identifier: GPL-2.0

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;

use rustix::io::Errno;

use super::*;

/// Makes what the kernel makes when a livepatch is loaded.
fn appear(root: &Path, name: &str, transition: &str) -> io::Result<()> {
    let patch = root.join("sys/kernel/livepatch").join(name);
    let module = root.join("sys/module").join(name);
    fs::create_dir_all(&patch)?;
    fs::create_dir_all(&module)?;
    fs::write(patch.join("enabled"), "1\n")?;
    fs::write(patch.join("transition"), transition)?;
    fs::write(module.join("initstate"), "live\n")?;
    fs::write(module.join("taint"), "OK\n")?;
    fs::write(module.join("refcnt"), "0\n")
}

/// Lets the kernel load livepatches, whose transition ends at once.
fn willing(machine: &Machine) {
    machine.on_load(|root, name| appear(root, name, "0\n"));
}

/// Lets a livepatch that was disabled go.
fn let_go(root: &Path, name: &str) {
    let patch = root.join("sys/kernel/livepatch").join(name);
    if fs::read_to_string(patch.join("enabled")).is_ok_and(|enabled| enabled.trim() == "0") {
        let _ = fs::remove_dir_all(patch);
    }
}

#[test]
fn a_file_is_loaded() {
    let machine = machine();
    willing(&machine);
    file(&machine, "root/my-fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/my-fix.ko"],
        0,
        "loading patch module: /root/my-fix.ko\n",
        "",
    );
    assert_eq!(machine.calls(), ["load fix"]);
}

#[test]
fn what_is_installed_is_loaded_by_its_name_or_file() {
    for argument in ["my_fix", "my-fix", "my-fix.ko"] {
        let machine = machine();
        willing(&machine);
        file(
            &machine,
            &format!("var/lib/kpatch/{RELEASE}/my-fix.ko"),
            "fix",
        );

        prints(
            &machine,
            &["load", argument],
            0,
            &format!("loading patch module: /var/lib/kpatch/{RELEASE}/my-fix.ko\n"),
            "",
        );
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let machine = machine();
    machine.directory("root/directory.ko");
    file(&machine, "var/lib/kpatch/6.1.0/old.ko", "old");
    for argument in [
        "fix",
        "fix.ko",
        "/root/fix.ko",
        "directory.ko",
        "/root/directory.ko",
        "old",
        "old.ko",
        "",
        "../6.1.0/old",
    ] {
        let message = format!("kpatch: can't find {argument}\n");
        prints(&machine, &["load", argument], 1, "", &message);
    }
}

#[test]
fn all_are_loaded_by_the_names_of_their_files() {
    let machine = machine();
    willing(&machine);
    for name in ["b", "a", "c"] {
        file(
            &machine,
            &format!("var/lib/kpatch/{RELEASE}/{name}.ko"),
            name,
        );
    }
    machine.write(&format!("var/lib/kpatch/{RELEASE}/.a.ko.klp-new"), "");
    machine.write(&format!("var/lib/kpatch/{RELEASE}/README"), "");

    let (status, out, err) = kpatch(&machine, &["load", "--all"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 3);
    assert_eq!(machine.calls(), ["load a", "load b", "load c"]);
}

#[test]
fn the_first_that_fails_is_the_last() {
    let machine = machine();
    machine.on_load(|root, name| match name {
        "b" => Err(Errno::KEYREJECTED.into()),
        _ => appear(root, name, "0"),
    });
    for name in ["a", "b", "c"] {
        file(
            &machine,
            &format!("var/lib/kpatch/{RELEASE}/{name}.ko"),
            name,
        );
    }

    assert_eq!(kpatch(&machine, &["load", "--all"]).0, 1);
    assert_eq!(machine.calls(), ["load a", "load b"]);
}

#[test]
fn nothing_installed_is_nothing_to_load() {
    prints(&machine(), &["load", "--all"], 0, "", "");
}

#[test]
fn what_the_kernel_says_is_told_as_insmod_does() {
    for (errno, text) in [
        (Errno::NOEXEC, "Invalid module format"),
        (Errno::NOENT, "Unknown symbol in module"),
        (Errno::SRCH, "Module has wrong symbol version"),
        (Errno::INVAL, "Invalid parameters"),
        (Errno::PERM, "Operation not permitted"),
        (Errno::EXIST, "File exists"),
        (Errno::NOMEM, "Cannot allocate memory"),
        (Errno::KEYREJECTED, "Key was rejected by service"),
        (Errno::NOKEY, "Required key not available"),
        (Errno::BADMSG, "Bad message"),
        (Errno::NODEV, "No such device"),
        (Errno::NOSYS, "Function not implemented"),
        (Errno::INTR, "Interrupted system call"),
    ] {
        let machine = machine();
        machine.on_load(move |_, _| Err(errno.into()));
        file(&machine, "root/fix.ko", "fix");

        prints(
            &machine,
            &["load", "/root/fix.ko"],
            1,
            "loading patch module: /root/fix.ko\n",
            &format!(
                "insmod: ERROR: could not insert module /root/fix.ko: {text}\n\
                 kpatch: failed to load module /root/fix.ko\n"
            ),
        );
        assert_eq!(machine.calls().len(), 1);
    }
}

#[test]
fn a_busy_kernel_is_asked_again() {
    let machine = machine();
    let count = Cell::new(0);
    machine.on_load(move |root, name| {
        count.set(count.get() + 1);
        match count.get() {
            ..=4 => Err(Errno::BUSY.into()),
            _ => appear(root, name, "0"),
        }
    });
    file(&machine, "root/fix.ko", "fix");
    let again = "insmod: ERROR: could not insert module /root/fix.ko: Device or resource busy\n\
                 kpatch: retrying...\n";

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        0,
        "loading patch module: /root/fix.ko\n",
        &again.repeat(4),
    );
    assert_eq!(machine.now(), Duration::from_secs(8));
}

#[test]
fn a_kernel_that_stays_busy_is_asked_five_times() {
    let machine = machine();
    machine.on_load(|_, _| Err(Errno::BUSY.into()));
    file(&machine, "root/fix.ko", "fix");

    let (status, _, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert_eq!(err.matches("kpatch: retrying...\n").count(), 4);
    assert!(err.ends_with("Device or resource busy\nkpatch: failed to load module /root/fix.ko\n"));
    assert_eq!(machine.calls().len(), 5);
    assert_eq!(machine.now(), Duration::from_secs(8));
}

#[test]
fn a_transition_is_waited_for() {
    for (end, seconds) in [(1, 1), (999, 1), (1000, 1), (1500, 2), (14_900, 15)] {
        let machine = machine();
        machine.on_load(|root, name| appear(root, name, "1"));
        machine.on_tick(move |root, now| {
            if now >= Duration::from_millis(end) {
                fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0").unwrap();
            }
        });
        file(&machine, "root/fix.ko", "fix");

        prints(
            &machine,
            &["load", "/root/fix.ko"],
            0,
            &format!(
                "loading patch module: /root/fix.ko\n\
                 waiting (up to 15 seconds) for patch transition to complete...\n\
                 transition complete ({seconds} seconds)\n"
            ),
            "",
        );
    }
}

#[test]
fn a_stalled_transition_is_waited_for_once_more() {
    let machine = machine();
    machine.on_load(|root, name| appear(root, name, "1"));
    machine.on_tick(move |root, now| {
        if now >= Duration::from_secs(25) {
            fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0").unwrap();
        }
    });
    file(&machine, "root/fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        0,
        "loading patch module: /root/fix.ko\n\
         waiting (up to 15 seconds) for patch transition to complete...\n\
         patch transition has stalled!\n\
         waiting (up to 60 seconds) for patch transition to complete...\n\
         transition complete (10 seconds)\n",
        "kpatch: Livepatch process signaling is performed automatically on your system.\n\
         kpatch: Skipping manual process signaling.\n",
    );
}

#[test]
fn what_does_not_complete_is_unloaded() {
    let machine = machine();
    machine.on_load(|root, name| appear(root, name, "1"));
    machine.on_tick(|root, _| let_go(root, "fix"));
    machine.on_unload(|_, _| Ok(()));
    machine.write("proc/7/task/8/patch_state", "0\n");
    machine.write("proc/7/task/8/comm", "sleeper\n");
    machine.write("proc/7/task/8/stack", "[<0>] foo+0x1/0x2\n");
    machine.write("proc/9/task/9/patch_state", "1\n");
    file(&machine, "root/fix.ko", "fix");

    let (status, out, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert_eq!(
        out,
        "loading patch module: /root/fix.ko\n\
         waiting (up to 15 seconds) for patch transition to complete...\n\
         patch transition has stalled!\n\
         waiting (up to 60 seconds) for patch transition to complete...\n\
         \n\
         Stalled processes:\n\
         8 sleeper\n\
         stack:\n\
         [<0>] foo+0x1/0x2\n\
         module fix did not complete its transition, unloading...\n\
         disabling patch module: fix\n\
         waiting (up to 15 seconds) for patch transition to complete...\n\
         transition complete (1 seconds)\n\
         unloading patch module: fix\n"
    );
    assert!(err.ends_with("kpatch: error: failed to load module fix (transition stalled)\n"));
    assert_eq!(machine.calls(), ["load fix", "unload fix"]);
}

#[test]
fn what_cannot_be_taken_back_either_is_said() {
    let machine = machine();
    machine.on_load(|root, name| appear(root, name, "1"));
    file(&machine, "root/fix.ko", "fix");

    let (status, _, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert!(
        err.ends_with("kpatch: transition stalled for fix\n"),
        "{err}"
    );
    assert_eq!(machine.now(), Duration::from_secs(150));
}

#[test]
fn what_is_loaded_already_is_said() {
    let machine = machine();
    patch(&machine, "fix", "1", "0");
    file(&machine, "root/fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        0,
        "module named fix already loaded and enabled\n",
        "",
    );
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn what_is_disabled_is_enabled_again() {
    let machine = machine();
    patch(&machine, "fix", "0", "0");
    file(&machine, "root/fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        0,
        "module already loaded, re-enabling\n",
        "",
    );
    assert_eq!(machine.text("sys/kernel/livepatch/fix/enabled").trim(), "1");
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn what_does_not_complete_when_enabled_again_is_disabled() {
    let machine = machine();
    patch(&machine, "fix", "0", "1");
    machine.on_tick(|root, now| {
        if now > Duration::from_secs(75) {
            fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0").unwrap();
        }
    });
    file(&machine, "root/fix.ko", "fix");

    let (status, out, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert!(out.contains("module fix did not complete its transition, disabling...\n"));
    assert!(err.ends_with(
        "kpatch: error: failed to re-enable module fix (transition stalled), patch disabled\n"
    ));
    assert_eq!(machine.text("sys/kernel/livepatch/fix/enabled").trim(), "0");
}

#[test]
fn checksums_are_compared_if_both_are_there() {
    for (of_file, loaded, status) in [
        (None, None, 0),
        (Some("abc"), None, 0),
        (None, Some("abc"), 0),
        (Some("abc"), Some("abc\n"), 0),
        (Some("abc"), Some("abd\n"), 1),
    ] {
        let machine = machine();
        patch(&machine, "fix", "0", "0");
        let mut maker = Maker::livepatch("fix");
        if let Some(checksum) = of_file {
            maker = maker.section(".kpatch.checksum", format!("{checksum}\0").as_bytes());
        }
        machine.write("root/fix.ko", maker.bytes());
        if let Some(checksum) = loaded {
            machine.write("sys/kernel/livepatch/fix/checksum", checksum);
        }

        let (is, _, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
        assert_eq!(is, status, "{of_file:?} {loaded:?}");
        if status == 1 {
            assert_eq!(
                err,
                "kpatch: error: cannot re-enable patch module fix, cannot verify checksum match\n"
            );
            assert_eq!(machine.text("sys/kernel/livepatch/fix/enabled").trim(), "0");
        }
    }
}

#[test]
fn what_is_left_of_a_livepatch_is_removed_first() {
    let machine = machine();
    willing(&machine);
    machine.on_unload(|_, _| Ok(()));
    machine.write("sys/module/fix/initstate", "live\n");
    machine.write("sys/module/fix/taint", "OK\n");
    machine.write("sys/module/fix/refcnt", "0\n");
    file(&machine, "root/fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        0,
        "loading patch module: /root/fix.ko\n",
        "",
    );
    assert_eq!(machine.calls(), ["unload fix", "load fix"]);
}

#[test]
fn what_is_left_and_in_use_is_waited_for() {
    let machine = machine();
    machine.write("sys/module/fix/initstate", "live\n");
    machine.write("sys/module/fix/refcnt", "1\n");
    file(&machine, "root/fix.ko", "fix");

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        1,
        "waiting (up to 15 seconds) for module refcount...\n",
        "kpatch: failed to unload module fix (refcnt)\n",
    );
    assert_eq!(machine.now(), Duration::from_secs(15));
}

#[test]
fn another_module_of_the_name_is_left_alone() {
    let machine = machine();
    machine.on_load(|_, _| Err(Errno::EXIST.into()));
    machine.write("sys/module/fix/initstate", "live\n");
    machine.write("sys/module/fix/taint", "\n");
    machine.write("sys/module/fix/refcnt", "3\n");
    file(&machine, "root/fix.ko", "fix");

    let (status, _, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert!(err.contains("File exists"));
    assert_eq!(machine.calls(), ["load fix"]);
}

#[test]
fn a_module_of_another_kernel_is_refused_before_the_kernel_does() {
    let machine = machine();
    let maker = Maker::livepatch("fix").with("vermagic=6.1.0 SMP");
    machine.write("root/fix.ko", maker.bytes());

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        1,
        "loading patch module: /root/fix.ko\n",
        "kpatch: /root/fix.ko: it is for the kernel 6.1.0, and this is for 7.3.4: build or install it for that one\n\
         kpatch: failed to load module /root/fix.ko\n",
    );
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn a_kernel_without_livepatches_loads_none() {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", RELEASE);
    file(&machine, "root/fix.ko", "fix");

    let (status, out, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.ends_with("kpatch: can't find core module\n"), "{err}");
}

#[test]
fn what_is_loaded_and_taken_back_is_in_the_journal() {
    let machine = machine();
    willing(&machine);
    file(&machine, "root/fix.ko", "fix");
    kpatch(&machine, &["load", "/root/fix.ko"]);
    machine.on_tick(|root, _| let_go(root, "fix"));
    machine.on_unload(|_, _| Ok(()));
    kpatch(&machine, &["unload", "fix"]);
    let history = crate::journal::history(&machine.system()).unwrap();
    let actions: Vec<_> = history
        .events
        .iter()
        .map(|event| (event.entry.action, event.entry.outcome))
        .collect();

    assert_eq!(
        actions,
        [
            (Action::Load, Some(Outcome::Done)),
            (Action::Unload, Some(Outcome::Done))
        ]
    );
}
