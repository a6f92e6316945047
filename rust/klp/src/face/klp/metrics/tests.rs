// SPDX-License-Identifier: GPL-2.0

use std::fs;

use crate::face::klp::testing::run;
use crate::report::testing::{machine, module, Loaded, RELEASE, TWO_FIXES};

#[test]
fn metrics_are_in_the_text_format() {
    let machine = machine();
    Loaded {
        note: Some(TWO_FIXES),
        ..Loaded::default()
    }
    .on(&machine);
    machine.write(
        &format!("var/lib/kpatch/{RELEASE}/next.ko"),
        module(Some(&["name=next", "version=2-1"])),
    );

    assert_eq!(
        run(&machine, &["metrics"]).out,
        "\
# HELP klp_supported Whether the kernel can be live patched.
# TYPE klp_supported gauge
klp_supported 1
# HELP klp_transition_in_progress Whether a transition goes on.
# TYPE klp_transition_in_progress gauge
klp_transition_in_progress 0
# HELP klp_livepatch_info A livepatch that the kernel knows.
# TYPE klp_livepatch_info gauge
klp_livepatch_info{livepatch=\"livepatch_6_1\",version=\"6-1\",kernel=\"6.4.0-150600.21-default\"} 1
# HELP klp_livepatch_enabled Whether the livepatch is enabled, or being enabled.
# TYPE klp_livepatch_enabled gauge
klp_livepatch_enabled{livepatch=\"livepatch_6_1\"} 1
# HELP klp_livepatch_transition Whether tasks still change over to the livepatch, or away from it.
# TYPE klp_livepatch_transition gauge
klp_livepatch_transition{livepatch=\"livepatch_6_1\"} 0
# HELP klp_livepatch_functions Number of functions that the livepatch replaces.
# TYPE klp_livepatch_functions gauge
klp_livepatch_functions{livepatch=\"livepatch_6_1\"} 1
# HELP klp_livepatch_problems Number of things that could not be told about the livepatch.
# TYPE klp_livepatch_problems gauge
klp_livepatch_problems{livepatch=\"livepatch_6_1\"} 0
# HELP klp_livepatch_built_timestamp_seconds When the livepatch was built.
# TYPE klp_livepatch_built_timestamp_seconds gauge
klp_livepatch_built_timestamp_seconds{livepatch=\"livepatch_6_1\"} 1790000000
# HELP klp_cve_fixed Whether the livepatch fixes the CVE in the running kernel: 0 while it does not for all tasks.
# TYPE klp_cve_fixed gauge
klp_cve_fixed{cve=\"CVE-2023-1652\",livepatch=\"livepatch_6_1\"} 1
klp_cve_fixed{cve=\"CVE-2023-26545\",livepatch=\"livepatch_6_1\"} 1
# HELP klp_livepatch_inactive_info A livepatch that is installed for the running kernel, and not active.
# TYPE klp_livepatch_inactive_info gauge
klp_livepatch_inactive_info{livepatch=\"next\",version=\"2-1\"} 1
"
    );
}

#[test]
fn a_transition_counts_tasks() {
    let machine = machine();
    Loaded {
        note: Some(TWO_FIXES),
        state: ("1", "1"),
        ..Loaded::default()
    }
    .on(&machine);
    for (tid, state) in [(1, "1"), (2, "0"), (3, "0"), (4, "-1")] {
        machine.write(&format!("proc/{tid}/task/{tid}/patch_state"), state);
    }
    let out = run(&machine, &["metrics"]).out;

    for line in [
        "klp_transition_in_progress 1",
        "klp_transition_tasks 4",
        "klp_transition_tasks_waiting 2",
        "klp_transition_tasks_hidden 0",
        "klp_cve_fixed{cve=\"CVE-2023-1652\",livepatch=\"livepatch_6_1\"} 0",
    ] {
        assert!(out.lines().any(|of_out| of_out == line), "{line}\n{out}");
    }
}

#[test]
fn labels_are_escaped() {
    let machine = machine();
    Loaded {
        note: Some(&["name=x", "version=a\"b\\c\nd", "fix=y", "cve=\"} 1\n"]),
        ..Loaded::default()
    }
    .on(&machine);
    let out = run(&machine, &["metrics"]).out;

    assert!(out.contains(r#"version="a\"b\\c\nd""#), "{out}");
    assert!(out.contains(r#"cve="\"} 1\n""#), "{out}");
    for line in out.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.ends_with(" 0") || line.ends_with(" 1"), "{line}");
    }
}

#[test]
fn a_kernel_without_livepatches_has_metrics_too() {
    let machine = crate::system::fake::Machine::new();
    machine.write("proc/sys/kernel/osrelease", "6.12.0\n");
    let out = run(&machine, &["metrics"]).out;

    assert!(out.contains("\nklp_supported 0\n"), "{out}");
    assert!(out.contains("\nklp_transition_in_progress 0\n"), "{out}");
}

#[test]
fn a_file_is_written_as_a_whole() {
    let machine = machine();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("klp.prom");
    let path = path.to_str().unwrap();
    fs::write(path, "old").unwrap();
    let ran = run(&machine, &["metrics", "--output", path]);

    assert_eq!(ran.out, "");
    assert!(fs::read_to_string(path)
        .unwrap()
        .starts_with("# HELP klp_supported"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);

    let ran = run(&machine, &["metrics", "--output", "/nowhere/klp.prom"]);
    assert!(ran.result.is_err());
}

#[test]
fn json_has_the_samples() {
    let machine = machine();
    Loaded::default().on(&machine);
    let out = run(&machine, &["metrics", "--format", "json"]).out;
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();

    assert_eq!(value["klp_supported"][0]["value"], 1);
    assert_eq!(
        value["klp_livepatch_info"][0]["labels"]["livepatch"],
        "livepatch_6_1"
    );
}
