// SPDX-License-Identifier: GPL-2.0

use super::testing::{machine, module, note, rpm, Loaded, RELEASE, TWO_FIXES};
use super::*;
use crate::system::fake::Machine;

fn only(machine: &Machine) -> Livepatch {
    let mut livepatches = all(&machine.system(), false).unwrap();
    assert_eq!(livepatches.len(), 1);
    livepatches.remove(0)
}

fn states(livepatch: &Livepatch) -> Vec<FixState> {
    livepatch.fixes.iter().map(|fix| fix.state).collect()
}

fn two_fixes() -> Loaded<'static> {
    Loaded {
        note: Some(TWO_FIXES),
        functions: &["foo", "bar"],
        ..Loaded::default()
    }
}

#[test]
fn the_note_is_believed() {
    let machine = machine();
    two_fixes().on(&machine);
    let livepatch = only(&machine);

    assert_eq!(livepatch.source, Some(Source::Note));
    assert_eq!(livepatch.version.as_deref(), Some("6-1"));
    assert_eq!(livepatch.date, Some(1_790_000_000));
    assert_eq!(livepatch.cves(), ["CVE-2023-1652", "CVE-2023-26545"]);
    assert_eq!(livepatch.effective_bugs(), ["bsc#2", "bsc#3"]);
    assert_eq!(states(&livepatch), [FixState::Active, FixState::Active]);
    assert!(!livepatch.is_initial() && livepatch.problems.is_empty());
}

#[test]
fn a_fix_is_what_its_livepatch_is() {
    for (state, expected) in [
        (("1", "0"), FixState::Active),
        (("1", "1"), FixState::Enabling),
        (("0", "1"), FixState::Disabling),
        (("0", "0"), FixState::Inactive),
    ] {
        let machine = machine();
        Loaded {
            state,
            ..two_fixes()
        }
        .on(&machine);
        assert_eq!(states(&only(&machine)), [expected, expected]);
    }
}

#[test]
fn a_fix_that_was_skipped_is_not_in_force() {
    for (skip, expected) in [
        ("race\n", [FixState::Skipped, FixState::Active]),
        ("race,(null)\n", [FixState::Skipped, FixState::Active]),
        ("message,race", [FixState::Skipped, FixState::Skipped]),
        ("(null),(null)\n", [FixState::Active, FixState::Active]),
        ("\n", [FixState::Active, FixState::Active]),
        ("rac", [FixState::Active, FixState::Active]),
        (",,,", [FixState::Active, FixState::Active]),
    ] {
        let machine = machine();
        two_fixes().on(&machine);
        machine.write("sys/module/livepatch_6_1/parameters/skip", skip);
        assert_eq!(states(&only(&machine)), expected, "{skip:?}");
    }
}

#[test]
fn a_fix_below_another_livepatch_is_overridden() {
    for (order, state, expected) in [
        ("2", ("1", "0"), FixState::Overridden),
        ("2", ("1", "1"), FixState::Overridden),
        ("2", ("0", "0"), FixState::Active),
        ("0", ("1", "0"), FixState::Active),
        ("nonsense", ("1", "0"), FixState::Active),
    ] {
        let machine = machine();
        two_fixes().on(&machine);
        Loaded {
            name: "other",
            order,
            state,
            ..Loaded::default()
        }
        .on(&machine);
        let livepatches = all(&machine.system(), false).unwrap();
        let livepatch = livepatches
            .iter()
            .find(|livepatch| livepatch.patch.name == "livepatch_6_1")
            .unwrap();

        assert_eq!(
            states(livepatch),
            [expected, FixState::Active],
            "{order} {state:?}"
        );
        let by = (expected == FixState::Overridden).then_some("other");
        assert_eq!(livepatch.fixes[0].by.as_deref(), by);
    }
}

#[test]
fn a_livepatch_without_fixes_is_the_first() {
    let machine = machine();
    Loaded {
        note: Some(&["name=livepatch_6_1"]),
        ..Loaded::default()
    }
    .on(&machine);

    assert!(only(&machine).is_initial());
}

#[test]
fn nothing_is_known_without_a_note_and_a_package() {
    let machine = machine();
    Loaded::default().on(&machine);
    let livepatch = only(&machine);

    assert_eq!(livepatch.source, None);
    assert!(!livepatch.is_initial() && livepatch.problems.is_empty());
}

#[test]
fn damaged_notes_are_problems() {
    let mut truncated = note(TWO_FIXES);
    truncated.truncate(40);
    for (bytes, is_problem) in [
        (note(&["version=1"]), true),
        (note(&[]), true),
        (note(&[&format!("name={}", "x".repeat(70_000))]), true),
        (vec![0xff; 300_000], true),
        (truncated, false),
        (
            b"\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0".to_vec(),
            false,
        ),
        (vec![0; 64], false),
        (Vec::new(), false),
    ] {
        let machine = machine();
        Loaded::default().on(&machine);
        let length = bytes.len();
        machine.write("sys/module/livepatch_6_1/notes/.note.livepatch", bytes);
        let livepatch = only(&machine);

        assert_eq!(livepatch.source, None, "{length}");
        assert_eq!(!livepatch.problems.is_empty(), is_problem, "{length}");
    }
}

#[test]
fn the_file_of_the_package_comes_next() {
    let machine = machine();
    Loaded::default().on(&machine);
    machine.write("sys/module/livepatch_6_1/srcversion", "ABC\n");
    machine.write(
        "usr/share/livepatch/info/livepatch_6_1-ABC",
        "RPM: a-1-1.x86_64\nCVE: CVE-2023-1652\nbug fixes and enhancements: bsc#1 bsc#2\n",
    );
    let livepatch = only(&machine);

    assert_eq!(livepatch.source, Some(Source::InfoFile));
    assert_eq!(livepatch.package.as_deref(), Some("a-1-1.x86_64"));
    assert_eq!(livepatch.cves(), ["CVE-2023-1652"]);
    assert_eq!(livepatch.effective_bugs(), ["bsc#1", "bsc#2"]);
    assert_eq!(livepatch.fixes[0].state, FixState::Active);
}

#[test]
fn a_srcversion_is_no_path() {
    let machine = machine();
    Loaded::default().on(&machine);
    machine.write(
        "sys/module/livepatch_6_1/srcversion",
        "x/../../../../secret\n",
    );
    machine.directory("usr/share/livepatch/info/livepatch_6_1-x");
    machine.write("usr/share/secret", "CVE: CVE-2023-1652\n");

    assert_eq!(only(&machine).source, None);
}

#[test]
fn the_change_log_is_the_last_resort() {
    let machine = machine();
    Loaded::default().on(&machine);
    rpm(
        &machine,
        &format!("lib/modules/{RELEASE}/livepatch/livepatch-6_1.ko.zst"),
        "kernel-livepatch-6_4_0-150600_21-default\t0\t6-1\tx86_64",
        "- Fix for CVE-2023-1652 bsc#1\n- bsc#2\n",
    );
    let livepatch = only(&machine);

    assert_eq!(livepatch.source, Some(Source::Changelog));
    assert_eq!(
        livepatch.package.as_deref(),
        Some("kernel-livepatch-6_4_0-150600_21-default-6-1.x86_64")
    );
    assert_eq!(livepatch.cves(), ["CVE-2023-1652"]);
    assert_eq!(livepatch.effective_bugs(), ["bsc#2"]);
}

#[test]
fn a_change_log_without_fixes_is_that_of_the_first() {
    let machine = machine();
    Loaded::default().on(&machine);
    rpm(
        &machine,
        &format!("var/lib/kpatch/{RELEASE}/livepatch_6_1.ko"),
        "kpatch-patch-a\t1\t0-0\tx86_64",
        "- initial\n",
    );

    assert!(only(&machine).is_initial());
}

#[test]
fn packages_that_cannot_be_asked_are_problems() {
    let machine = machine();
    Loaded::default().on(&machine);
    machine.directory("var/lib/rpm");
    machine.write(
        &format!("var/lib/kpatch/{RELEASE}/livepatch_6_1.ko"),
        module(None),
    );

    assert_eq!(
        only(&machine).problems,
        ["cannot run rpm: it is not installed"]
    );
}

#[test]
fn a_release_is_no_path() {
    for release in ["..", "", ".", "a/b", "../../etc"] {
        let machine = machine();
        machine.write("proc/sys/kernel/osrelease", release);
        Loaded::default().on(&machine);
        machine.write("var/lib/kpatch/livepatch_6_1.ko", module(Some(TWO_FIXES)));
        let livepatches = all(&machine.system(), true).unwrap();

        assert_eq!(livepatches[0].source, None);
        assert_eq!(
            inactive(&machine.system().root, release, &[]).unwrap(),
            [],
            "{release}"
        );
    }
}

#[test]
fn what_is_installed_and_not_active_is_found() {
    let machine = machine();
    two_fixes().on(&machine);
    let kpatch = format!("var/lib/kpatch/{RELEASE}");
    let suse = format!("lib/modules/{RELEASE}/livepatch");
    machine.write(&format!("{kpatch}/livepatch_6_1.ko"), module(None));
    machine.write(
        &format!("{kpatch}/b-b.ko"),
        module(Some(&[
            "name=b_b",
            "version=2",
            "fix=x",
            "cve=CVE-2026-11111",
        ])),
    );
    machine.write(&format!("{kpatch}/c.ko.gz"), b"\x1f\x8bnonsense");
    machine.write(&format!("{kpatch}/d.txt"), "");
    machine.write(&format!("{kpatch}/.e.ko"), "");
    machine.write(&format!("{kpatch}/f.ko"), "");
    machine.directory(&format!("{kpatch}/g.ko"));
    machine.write(&format!("{suse}/b_b.ko"), module(None));
    machine.write(&format!("{suse}/h.ko"), module(None));
    machine.write("var/lib/kpatch/other/i.ko", module(None));
    let livepatches = all(&machine.system(), false).unwrap();
    let inactive = inactive(&machine.system().root, RELEASE, &livepatches).unwrap();
    let names: Vec<_> = inactive.iter().map(|one| one.name.as_str()).collect();

    assert_eq!(names, ["b_b", "c", "f", "h"]);
    assert_eq!(inactive[0].version.as_deref(), Some("2"));
    assert_eq!(
        inactive[0].fixes.as_ref().unwrap()[0].cves,
        ["CVE-2026-11111"]
    );
    assert!(inactive[1]
        .problem
        .as_ref()
        .unwrap()
        .contains("cannot be uncompressed"));
    assert!(inactive[2].problem.is_some());
    assert_eq!((&inactive[3].fixes, &inactive[3].problem), (&None, &None));
}

#[test]
fn a_livepatch_that_vanishes_is_left_out() {
    let machine = machine();
    machine.directory("sys/kernel/livepatch/going/vmlinux/foo,1");

    assert_eq!(all(&machine.system(), true).unwrap(), []);
}
