// SPDX-License-Identifier: GPL-2.0

use crate::face::klp::testing::run;
use crate::report::testing::{finished, machine, module, rpm, Loaded, RELEASE, TWO_FIXES};

fn two_fixes() -> Loaded<'static> {
    Loaded {
        note: Some(TWO_FIXES),
        ..Loaded::default()
    }
}

#[test]
fn names_are_printed() {
    let machine = machine();
    assert_eq!(run(&machine, &["patches"]).out, "");
    two_fixes().on(&machine);
    Loaded {
        name: "a",
        state: ("0", "0"),
        ..Loaded::default()
    }
    .on(&machine);

    assert_eq!(run(&machine, &["patches"]).out, "a\nlivepatch_6_1\n");
}

#[test]
fn details_are_those_of_suse() {
    let machine = machine();
    two_fixes().on(&machine);
    rpm(
        &machine,
        &format!("lib/modules/{RELEASE}/livepatch/livepatch-6_1.ko"),
        "kernel-livepatch-6_4_0-150600_21-default\t0\t6-150600.2.2\tx86_64",
        "",
    );

    assert_eq!(
        run(&machine, &["-v", "patches"]).out,
        "\
livepatch_6_1
    active: 1
    RPM: kernel-livepatch-6_4_0-150600_21-default-6-150600.2.2.x86_64
    CVE: CVE-2023-1652 CVE-2023-26545
    bug fixes and enhancements: bsc#2 bsc#3
"
    );
}

#[test]
fn what_was_left_out_is_not_fixed() {
    let machine = machine();
    two_fixes().on(&machine);
    machine.write("sys/module/livepatch_6_1/parameters/skip", "race");

    assert_eq!(
        run(&machine, &["-v", "patches"]).out,
        "\
livepatch_6_1
    active: 1
    RPM: (none)
    CVE: (none)
    bug fixes and enhancements: bsc#2 bsc#3
"
    );
}

#[test]
fn the_first_livepatch_says_so() {
    let machine = machine();
    Loaded {
        name: "livepatch_1_1",
        note: Some(&["name=livepatch_1_1"]),
        ..Loaded::default()
    }
    .on(&machine);

    assert_eq!(
        run(&machine, &["patches", "-v"]).out,
        "\
livepatch_1_1
    active: 1
    RPM: (none)
    CVE: (none - this is an initial kernel live patch)
    bug fixes and enhancements: (none)
"
    );
}

#[test]
fn what_is_not_active_says_only_that() {
    let machine = machine();
    Loaded {
        state: ("0", "0"),
        ..two_fixes()
    }
    .on(&machine);

    assert_eq!(
        run(&machine, &["-v", "patches"]).out,
        "livepatch_6_1\n    active: 0\n"
    );
}

#[test]
fn what_is_not_known_says_so() {
    let machine = machine();
    Loaded::default().on(&machine);

    assert_eq!(
        run(&machine, &["-v", "patches"]).out,
        "\
livepatch_6_1
    active: 1
    RPM: (none)
    CVE: (unknown)
    bug fixes and enhancements: (unknown)
"
    );
}

#[test]
fn packages_of_debian_are_no_rpms() {
    let machine = machine();
    two_fixes().on(&machine);
    machine.write("var/lib/dpkg/status", "");
    let file = format!("/lib/modules/{RELEASE}/livepatch/livepatch_6_1.ko");
    machine.write(&file[1..], module(None));
    machine.on_command(move |command| {
        Ok(match command.contains("--search") {
            true => finished(0, &format!("linux-livepatch-a: {file}\n"), ""),
            false => finished(0, "linux-livepatch-a\t6-1\tamd64\n", ""),
        })
    });
    let out = run(&machine, &["-v", "patches"]).out;

    assert!(
        out.contains("\n    package: linux-livepatch-a_6-1_amd64\n"),
        "{out}"
    );
}

#[test]
fn twice_verbose_is_all() {
    let machine = machine();
    two_fixes().on(&machine);
    machine.write("sys/module/livepatch_6_1/parameters/skip", "message");
    machine.write(
        "usr/share/lifecycle/data/sle-live-patching.lifecycle",
        "kernel-livepatch-*,*,2026-10-31\n",
    );
    machine.directory("var/lib/rpm");
    let file = format!("lib/modules/{RELEASE}/livepatch/livepatch-6_1.ko");
    machine.write(&file, module(None));
    machine.on_command(|command| {
        Ok(match command.starts_with("rpm ") {
            true => finished(0, "kernel-livepatch-a\t0\t6-1\tx86_64\n", ""),
            false => finished(0, "0:5-1\n0:6-1\n0:7-1\n", ""),
        })
    });

    assert_eq!(
        run(&machine, &["-v", "-v", "patches"]).out,
        "\
livepatch_6_1
    active: 1
    RPM: kernel-livepatch-a-6-1.x86_64
    CVE: CVE-2023-1652 CVE-2023-26545
    bug fixes and enhancements: (none)
    expiration: 2026-10-31
    update status: 7-1 is available
    in transition: 0
    version: 6-1
    built: 2026-09-21T14:13:20Z
    replaces others: 0
    place in the stack: 1
    functions: 1
    fix: race (active, important): net: close a race
    fix: message (skipped): proc: say more
"
    );
}

#[test]
fn no_note_moves_the_cursor() {
    let machine = machine();
    Loaded {
        note: Some(&[
            "name=x",
            "version=\u{1b}[2J",
            "fix=\u{1b}c",
            "cve=\u{9b}31m",
            "title=a\nactive: 1",
        ]),
        ..Loaded::default()
    }
    .on(&machine);

    for arguments in [&["patches", "-vv"][..], &["fixes"], &["patches", "-v"]] {
        let out = run(&machine, arguments).out;
        assert!(!out.contains(['\u{1b}', '\u{9b}']), "{out:?}");
        assert!(out.matches("active: 1").count() <= 2, "{out}");
        assert!(!out.contains("\nactive: 1"), "{out}");
    }
}

#[test]
fn json_has_everything() {
    let machine = machine();
    two_fixes().on(&machine);
    let ran = run(&machine, &["patches", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let livepatch = &value["livepatches"][0];

    assert_eq!(livepatch["name"], "livepatch_6_1");
    assert_eq!(livepatch["enabled"], true);
    assert_eq!(livepatch["source"], "note");
    assert_eq!(livepatch["package"], serde_json::Value::Null);
    assert_eq!(livepatch["fixes"][0]["cves"][1], "CVE-2023-26545");
    assert_eq!(livepatch["fixes"][0]["state"], "active");
}

#[test]
fn what_cannot_be_told_is_a_warning() {
    let machine = machine();
    Loaded {
        note: Some(&["version=1"]),
        ..Loaded::default()
    }
    .on(&machine);
    let ran = run(&machine, &["-v", "patches"]);

    assert_eq!(
        ran.err,
        "klp: warning: livepatch_6_1: module livepatch_6_1: its note does not begin with the name of the module\n"
    );
}

/// What openQA's test of SUSE's packages takes the output apart with.
#[test]
fn the_contract_of_openqa_holds() {
    let machine = machine();
    two_fixes().on(&machine);
    rpm(
        &machine,
        &format!("lib/modules/{RELEASE}/livepatch/livepatch-6_1.ko"),
        "kernel-livepatch-6_4_0-150600_21-default\t0\t6-150600.2.2\tx86_64",
        "",
    );
    assert_eq!(run(&machine, &["status"]).out, "ready\n");
    assert_eq!(run(&machine, &["blocking"]).out, "");
    let out = run(&machine, &["-v", "patches"]).out;
    let mut lines = out.lines();

    let name = lines.next().unwrap();
    assert!(name.starts_with("livepatch_") && !name.contains(char::is_whitespace));
    let details: Vec<_> = lines
        .map(|line| {
            assert!(line.starts_with(char::is_whitespace));
            line.trim().split_once(": ").unwrap()
        })
        .collect();
    assert!(details.contains(&("active", "1")));
    let (_, package) = details.iter().find(|(key, _)| *key == "RPM").unwrap();
    // (kgraft-|kernel-live)patch-<\d+_\d+_\d+-\d+(_\d+)*>-<flavor>, then -version.arch
    let rest = package.strip_prefix("kernel-livepatch-").unwrap();
    let (kernel, rest) = rest.split_once("-default-").unwrap();
    assert!(kernel
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"_-".contains(&byte)));
    assert!(rest.ends_with(".x86_64"));
    assert!(details.contains(&("CVE", "CVE-2023-1652 CVE-2023-26545")));

    machine.write("sys/kernel/livepatch/livepatch_6_1/transition", "1");
    assert_eq!(run(&machine, &["status"]).out, "in_progress\n");
}
