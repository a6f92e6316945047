// SPDX-License-Identifier: GPL-2.0

//! What the administrator does not allow.

use super::*;

const REQUIRE: &str = "[signature]\npolicy = \"require\"\n";

#[test]
fn one_that_the_policy_does_not_allow_is_not_loaded() {
    let machine = machine();
    file(&machine, "root/fix.ko", "fix");
    machine.write("etc/livepatch/klp.toml", REQUIRE);

    prints(
        &machine,
        &["load", "/root/fix.ko"],
        1,
        "",
        "kpatch: fix: it is not signed: see /etc/livepatch/klp.toml\n\
         kpatch: failed to load module /root/fix.ko\n",
    );
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn nor_installed() {
    let machine = machine();
    file(&machine, "root/fix.ko", "fix");
    machine.write("etc/livepatch/klp.toml", REQUIRE);

    prints(
        &machine,
        &["install", "/root/fix.ko"],
        1,
        "",
        "kpatch: fix: it is not signed: see /etc/livepatch/klp.toml\n\
         kpatch: failed to install module /root/fix.ko\n",
    );
    assert!(!machine.path().join("var/lib/kpatch").exists());
}

#[test]
fn what_is_installed_will_be_loaded_from_there() {
    for (directory, status) in [("/var/lib/kpatch", 0), ("/root", 1)] {
        let machine = machine();
        file(&machine, "root/fix.ko", "fix");
        machine.write(
            "etc/livepatch/klp.toml",
            format!("[load]\ndirectories = [\"{directory}\"]\n"),
        );

        let (is, _, err) = kpatch(&machine, &["install", "/root/fix.ko"]);
        assert_eq!(is, status, "{directory}: {err}");
    }
}

#[test]
fn a_policy_that_warns_does_no_more() {
    let machine = machine();
    file(&machine, "root/fix.ko", "fix");
    machine.write("etc/livepatch/klp.toml", "[signature]\npolicy = \"warn\"\n");

    let (status, _, err) = kpatch(&machine, &["install", "/root/fix.ko"]);
    assert_eq!(status, 0);
    assert_eq!(
        err,
        "kpatch: fix: it is not signed: see /etc/livepatch/klp.toml\n"
    );
}

#[test]
fn nothing_is_done_under_a_policy_that_makes_no_sense() {
    let machine = machine();
    file(&machine, "root/fix.ko", "fix");
    machine.write("etc/livepatch/klp.toml", "[signature]\npolicy = \"on\"\n");

    let (status, _, err) = kpatch(&machine, &["load", "/root/fix.ko"]);
    assert_eq!(status, 1);
    assert!(err.contains("klp.toml:2:10: "), "{err}");
    assert_eq!(machine.calls(), [""; 0]);
}
