// SPDX-License-Identifier: GPL-2.0

use crate::exit::Exit;
use crate::face::klp::testing::run;
use crate::report::testing::{machine, module, Loaded, RELEASE, TWO_FIXES};
use crate::system::fake::Machine;

fn fixed() -> Machine {
    let machine = machine();
    Loaded {
        note: Some(TWO_FIXES),
        ..Loaded::default()
    }
    .on(&machine);
    machine.write("sys/module/livepatch_6_1/parameters/skip", "message");
    machine.write(
        &format!("var/lib/kpatch/{RELEASE}/next.ko"),
        module(Some(&["name=next", "fix=other", "cve=CVE-2026-11111"])),
    );
    machine.write(&format!("var/lib/kpatch/{RELEASE}/plain.ko"), module(None));
    machine
}

#[test]
fn fixes_are_printed_by_livepatch() {
    let ran = run(&fixed(), &["fixes"]);

    assert_eq!(
        ran.out,
        "\
livepatch_6_1
    CVE-2023-1652 CVE-2023-26545, important: net: close a race
    bsc#2 bsc#3, skipped: proc: say more

Installed, but not active:
next
    CVE-2026-11111
plain
    (it does not say what it fixes)
"
    );
    assert_eq!(ran.err, "");
}

#[test]
fn nothing_is_printed_where_nothing_is() {
    assert_eq!(run(&machine(), &["fixes"]).out, "");
}

#[test]
fn a_question_has_an_answer() {
    let machine = fixed();
    for (ids, exit, expected) in [
        (
            &["CVE-2023-1652"][..],
            Exit::Success,
            "CVE-2023-1652: fixed by livepatch_6_1\n",
        ),
        (
            &["cve-2023-1652"],
            Exit::Success,
            "cve-2023-1652: fixed by livepatch_6_1\n",
        ),
        (&["bsc#1"], Exit::Success, "bsc#1: fixed by livepatch_6_1\n"),
        (
            &["bsc#2"],
            Exit::Failure,
            "bsc#2: not fixed: skipped in livepatch_6_1\n",
        ),
        (
            &["CVE-2026-11111"],
            Exit::Failure,
            "CVE-2026-11111: not fixed: inactive in next\n",
        ),
        (
            &["CVE-2026-22222"],
            Exit::Failure,
            "CVE-2026-22222: not fixed by any livepatch here\n",
        ),
        (
            &["", "CVE-2023-1652"],
            Exit::Failure,
            ": not fixed by any livepatch here\nCVE-2023-1652: fixed by livepatch_6_1\n",
        ),
    ] {
        let mut arguments = vec!["fixes"];
        arguments.extend(ids);
        let ran = run(&machine, &arguments);
        assert_eq!(ran.out, expected);
        assert_eq!(ran.result.unwrap(), exit, "{ids:?}");
    }
}

#[test]
fn a_fix_of_a_transition_is_not_one_yet() {
    let machine = machine();
    Loaded {
        note: Some(TWO_FIXES),
        state: ("1", "1"),
        ..Loaded::default()
    }
    .on(&machine);
    let ran = run(&machine, &["fixes", "CVE-2023-1652"]);

    assert_eq!(
        ran.out,
        "CVE-2023-1652: not fixed: enabling in livepatch_6_1\n"
    );
    assert_eq!(ran.result.unwrap(), Exit::Failure);
}

#[test]
fn json_has_both_kinds() {
    let machine = fixed();
    let out = run(&machine, &["fixes", "--format=json"]).out;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["kernel"], RELEASE);
    assert_eq!(value["livepatches"][0]["fixes"][1]["state"], "skipped");
    assert_eq!(
        value["inactive"][0]["fixes"][0]["cves"][0],
        "CVE-2026-11111"
    );

    let out = run(&machine, &["fixes", "--format=json", "bsc#1"]).out;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value[0]["fixed"], true);
    assert_eq!(value[0]["livepatch"], "livepatch_6_1");
}

#[test]
fn a_file_that_is_no_livepatch_is_a_warning() {
    let machine = machine();
    machine.write(&format!("var/lib/kpatch/{RELEASE}/bad.ko"), "nonsense");
    let ran = run(&machine, &["fixes"]);

    assert!(
        ran.err.starts_with("klp: warning: /var/lib/kpatch/"),
        "{}",
        ran.err
    );
    assert_eq!(ran.result.unwrap(), Exit::Success);
}

#[test]
fn check_answers_by_its_status() {
    for (state, exit) in [
        (("1", "0"), Exit::Success),
        (("1", "1"), Exit::Failure),
        (("0", "1"), Exit::Failure),
    ] {
        let machine = machine();
        Loaded {
            state,
            ..Loaded::default()
        }
        .on(&machine);
        let ran = run(&machine, &["check"]);
        assert_eq!((ran.out.as_str(), ran.result.unwrap()), ("", exit));
        let out = run(&machine, &["-v", "check"]).out;
        assert!(out == "ready\n" || out == "in_progress\n", "{out}");
        let out = run(&machine, &["--format=json", "check"]).out;
        serde_json::from_str::<serde_json::Value>(&out).unwrap();
    }
}
