// SPDX-License-Identifier: GPL-2.0

use std::fs;

use super::*;
use crate::system::fake::Machine;

mod policy;

const ENABLED: &str = "sys/kernel/tracing/enabled_functions";
const PROBES: &str = "sys/kernel/debug/kprobes/list";

/// A machine on which nothing is wrong.
fn machine() -> Machine {
    let machine = Machine::new();
    machine.directory("sys/kernel/livepatch");
    machine.write("proc/sys/kernel/osrelease", "7.3.4-amd64\n");
    machine.write("proc/sys/kernel/tainted", "0\n");
    machine.write("proc/sys/kernel/ftrace_enabled", "1\n");
    machine.write("proc/sys/kernel/modules_disabled", "0\n");
    machine.write(
        "sys/kernel/tracing/available_filter_functions",
        "foo\nbar [mod]\n",
    );
    machine.write(ENABLED, "");
    machine.write(PROBES, "");
    machine.write("sys/module/module/parameters/sig_enforce", "N\n");
    machine.write(
        "sys/kernel/security/lockdown",
        "[none] integrity confidentiality\n",
    );
    machine.write("sys/module/mod/initstate", "live\n");
    machine
}

fn function(object: &str, name: &str) -> Function {
    Function {
        object: object.to_owned(),
        name: name.to_owned(),
        sympos: 0,
    }
}

/// A livepatch of `foo` of the kernel and `bar` of a module.
fn subject() -> Subject {
    Subject {
        name: "fix".to_owned(),
        vermagic: "7.3.4-amd64 SMP preempt mod_unload modversions ".to_owned(),
        replace: Some(false),
        functions: vec![function("vmlinux", "foo"), function("mod", "bar")],
        are_functions_known: true,
        is_signed: true,
        ..Subject::default()
    }
}

fn livepatch(machine: &Machine, name: &str, enabled: &str, transition: &str, functions: &[&str]) {
    let directory = format!("sys/kernel/livepatch/{name}");
    machine.write(&format!("{directory}/enabled"), enabled);
    machine.write(&format!("{directory}/transition"), transition);
    machine.write(&format!("sys/module/{name}/initstate"), "live");
    for function in functions {
        machine.directory(&format!("{directory}/{function}"));
    }
}

fn diagnosis(machine: &Machine, subject: &Subject) -> Diagnosis {
    diagnose(&machine.system(), Some(subject), None).unwrap()
}

/// Returns rule and level of what is found.
fn found(machine: &Machine, subject: &Subject) -> Vec<(&'static str, Level)> {
    diagnosis(machine, subject)
        .findings
        .iter()
        .map(|finding| (finding.rule, finding.level))
        .collect()
}

use Level::{Note, Refused, Warning};

#[test]
fn where_nothing_is_wrong_nothing_is_found() {
    let diagnosis = diagnosis(&machine(), &subject());

    assert_eq!(diagnosis.findings, []);
    assert_eq!(diagnosis.verdict, Note);
    assert_eq!(diagnosis.summary(), "nothing stands in the way of fix");
}

#[test]
fn the_machine_alone_can_be_looked_at() {
    let machine = machine();
    assert_eq!(
        diagnose(&machine.system(), None, None).unwrap().findings,
        []
    );

    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    let diagnosis = diagnose(&machine.system(), None, None).unwrap();
    assert_eq!(diagnosis.verdict, Refused);
    assert_eq!(diagnosis.summary(), "a livepatch would be refused");
}

#[test]
fn a_kernel_that_cannot_be_patched_is_found() {
    let machine = machine();
    fs::remove_dir(machine.path().join("sys/kernel/livepatch")).unwrap();

    assert_eq!(found(&machine, &subject()), [("support", Refused)]);
}

#[test]
fn one_file_decides() {
    let sig = "sys/module/module/parameters/sig_enforce";
    let lockdown = "sys/kernel/security/lockdown";
    let tainted = "proc/sys/kernel/tainted";

    for (file, text, expected) in [
        (
            "proc/sys/kernel/modules_disabled",
            "1\n",
            vec![("modules", Refused)],
        ),
        ("proc/sys/kernel/modules_disabled", "junk", vec![]),
        (
            "proc/sys/kernel/ftrace_enabled",
            "0\n",
            vec![("ftrace", Refused)],
        ),
        ("proc/sys/kernel/ftrace_enabled", "junk", vec![]),
        (
            "proc/sys/kernel/osrelease",
            "7.3.5-amd64",
            vec![("vermagic", Refused)],
        ),
        (sig, "Y\n", vec![("signature", Note)]),
        (sig, "1\n", vec![("signature", Note)]),
        (
            lockdown,
            "none [integrity] confidentiality",
            vec![("signature", Note)],
        ),
        (
            lockdown,
            "none integrity [confidentiality]",
            vec![("signature", Note)],
        ),
        (lockdown, "junk [", vec![]),
        (tainted, "128", vec![("taint", Warning)]),
        (tainted, "640", vec![("taint", Warning), ("taint", Warning)]),
        (tainted, "16384", vec![("taint", Warning)]),
        (tainted, "32", vec![("taint", Warning)]),
        (tainted, "16", vec![("taint", Warning)]),
        (tainted, "2", vec![("taint", Note)]),
        // Of modules: proprietary, out of the tree, not signed, livepatches.
        (tainted, "45057", vec![]),
        (tainted, "junk", vec![]),
        (tainted, "99999999999999999999999", vec![]),
        (
            ENABLED,
            "foo (1) R I  \ttramp: x (klp_ftrace_handler+0x0/0x1)->y\n",
            vec![],
        ),
        (
            ENABLED,
            "foo (1) R I  \ttramp: x (kprobe_ftrace_handler+0x0/0x1)->y\n",
            vec![("ipmodify", Refused)],
        ),
        (ENABLED, "foo (2) R I   \n", vec![("ipmodify", Refused)]),
        (
            ENABLED,
            "bar [mod] (2) R I   \n",
            vec![("ipmodify", Refused)],
        ),
        (ENABLED, "bar (2) R I   \nfoo [mod] (1)   I\n", vec![]),
        (
            ENABLED,
            "foo (1) R     \ttramp: x (function_trace_call+0x0/0x1)->y\n",
            vec![],
        ),
        (
            ENABLED,
            "foo (1)     D   \n\tdirect-->bpf_trampoline_1\n",
            vec![("trampoline", Note)],
        ),
        (
            PROBES,
            "0  k  foo+0x0    [FTRACE]\n",
            vec![("kprobe", Note)],
        ),
        (PROBES, "0  k  foo+0x0   \n", vec![("kprobe", Note)]),
        (PROBES, "0  k  foo+0x10    \n", vec![("kprobe", Warning)]),
        (
            PROBES,
            "0  r  bar+0x10  mod [OPTIMIZED]\n",
            vec![("kprobe", Warning)],
        ),
        (PROBES, "0  k  foo+0x10    [DISABLED]\n", vec![]),
        (PROBES, "0  k  bar+0x10    \n", vec![]),
        (
            "sys/kernel/tracing/available_filter_functions",
            "foo\n",
            vec![("site", Refused)],
        ),
        (
            "sys/kernel/tracing/available_filter_functions",
            "",
            vec![("site", Refused), ("site", Refused)],
        ),
    ] {
        let machine = machine();
        machine.write(file, text);

        assert_eq!(found(&machine, &subject()), expected, "{file}: {text}");
    }
}

#[test]
fn what_cannot_be_seen_is_said() {
    for (file, rule) in [
        (ENABLED, "ipmodify"),
        (PROBES, "kprobe"),
        ("sys/kernel/tracing/available_filter_functions", "site"),
    ] {
        let machine = machine();
        fs::remove_file(machine.path().join(file)).unwrap();
        assert_eq!(found(&machine, &subject()), [(rule, Note)], "{file}");

        machine.directory(file);
        assert_eq!(found(&machine, &subject()), [(rule, Note)], "{file}");
    }
}

#[test]
fn what_older_kernels_do_not_have_is_not_wanted() {
    for file in [
        "proc/sys/kernel/modules_disabled",
        "proc/sys/kernel/ftrace_enabled",
        "sys/module/module/parameters/sig_enforce",
        "sys/kernel/security/lockdown",
    ] {
        let machine = machine();
        fs::remove_file(machine.path().join(file)).unwrap();

        assert_eq!(found(&machine, &subject()), [], "{file}");
    }
}

#[test]
fn signatures_are_demanded_or_not() {
    let unsigned = Subject {
        is_signed: false,
        ..subject()
    };
    let machine = machine();
    assert_eq!(found(&machine, &unsigned), [("signature", Note)]);

    machine.write("sys/kernel/security/lockdown", "none [integrity]");
    assert_eq!(found(&machine, &unsigned), [("signature", Refused)]);
    machine.write("sys/kernel/security/lockdown", "[none]");
    machine.write("sys/module/module/parameters/sig_enforce", "Y");
    assert_eq!(found(&machine, &unsigned), [("signature", Refused)]);
}

#[test]
fn the_kernel_that_it_was_built_for_is_compared() {
    for (vermagic, expected) in [
        ("7.3.4-amd64", vec![]),
        ("7.3.4-amd64 SMP", vec![]),
        ("7.3.4", vec![("vermagic", Refused)]),
        ("7.3.4-amd64x SMP", vec![("vermagic", Refused)]),
        ("", vec![("vermagic", Refused)]),
        (" ", vec![("vermagic", Refused)]),
    ] {
        let subject = Subject {
            vermagic: vermagic.to_owned(),
            ..subject()
        };
        assert_eq!(found(&machine(), &subject), expected, "{vermagic}");
    }
}

#[test]
fn another_transition_is_found() {
    for enabled in ["0", "1"] {
        let machine = machine();
        livepatch(&machine, "other", enabled, "1", &[]);
        let diagnosis = diagnosis(&machine, &subject());

        assert_eq!(diagnosis.verdict, Refused);
        assert!(diagnosis.findings[0].what.contains("other"));
    }
}

#[test]
fn with_ftrace_off_only_what_is_redirected_already_can_be() {
    let machine = machine();
    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    let subject = Subject {
        replace: Some(true),
        ..subject()
    };
    livepatch(&machine, "old", "1", "0", &["vmlinux/foo,1"]);
    assert_eq!(found(&machine, &subject)[0], ("ftrace", Refused));

    machine.directory("sys/kernel/livepatch/old/mod/bar,1");
    assert_eq!(found(&machine, &subject)[0], ("ftrace", Warning));
}

#[test]
fn a_livepatch_that_redirects_already_is_no_other_user() {
    let machine = machine();
    livepatch(&machine, "old", "1", "0", &["vmlinux/foo,1"]);
    machine.write(ENABLED, "foo (2) R I   \n");
    let subject = Subject {
        replace: Some(true),
        ..subject()
    };

    assert_eq!(found(&machine, &subject), [("stack", Note)]);
}

#[test]
fn a_kprobe_with_a_post_handler_is_named() {
    let machine = machine();
    machine.write(ENABLED, "foo (1) R I   \n");
    machine.write(PROBES, "0  k  foo+0x4    [FTRACE]\n");
    let diagnosis = diagnosis(&machine, &subject());

    assert_eq!(diagnosis.verdict, Refused);
    assert!(diagnosis.findings[0].what.contains("post handler"));
}

#[test]
fn programs_that_override_functions_are_warned_of() {
    let machine = machine();
    machine.write(
        ENABLED,
        "foo (1)   D\n\tdirect-->bpf_trampoline_1\nsecurity_x (1)   D\n",
    );
    machine.write(
        "sys/kernel/tracing/available_filter_functions",
        "foo\nsecurity_x\n",
    );
    let of = |name: &str| Subject {
        functions: vec![function("vmlinux", name)],
        ..subject()
    };
    assert_eq!(found(&machine, &of("foo")), [("trampoline", Note)]);
    assert_eq!(
        found(&machine, &of("security_x")),
        [("trampoline", Warning)]
    );

    machine.write("sys/kernel/debug/error_injection/list", "foo\tERRNO\n");
    assert_eq!(found(&machine, &of("foo")), [("trampoline", Warning)]);
}

#[test]
fn what_is_loaded_already_is_found() {
    for (enabled, transition, expected) in [
        ("1", "0", vec![("loaded", Note)]),
        ("0", "0", vec![("loaded", Refused)]),
        ("1", "1", vec![("transition", Refused)]),
        ("0", "1", vec![("transition", Refused)]),
    ] {
        let machine = machine();
        livepatch(&machine, "fix", enabled, transition, &["vmlinux/foo,1"]);

        assert_eq!(found(&machine, &subject()), expected);
    }
    let machine = machine();
    machine.write("sys/module/fix/initstate", "live");
    assert_eq!(found(&machine, &subject()), [("loaded", Refused)]);
}

#[test]
fn what_becomes_of_others_is_said() {
    let machine = machine();
    livepatch(&machine, "old", "1", "0", &["vmlinux/foo,1"]);
    livepatch(&machine, "unrelated", "1", "0", &["vmlinux/baz,1"]);
    livepatch(&machine, "disabled", "0", "0", &["vmlinux/foo,1"]);
    for (replace, expected) in [
        (Some(true), ("stack", Note)),
        (None, ("stack", Note)),
        (Some(false), ("stack", Warning)),
    ] {
        let subject = Subject {
            replace,
            ..subject()
        };
        assert_eq!(found(&machine, &subject), [expected]);
    }
    let finding = &diagnosis(&machine, &subject()).findings[0];
    assert!(
        finding.what.contains("foo is replaced by old"),
        "{}",
        finding.what
    );
}

#[test]
fn another_function_of_the_same_name_is_another() {
    let machine = machine();
    livepatch(&machine, "old", "1", "0", &["vmlinux/foo,2"]);

    assert_eq!(found(&machine, &subject()), []);
}

#[test]
fn modules_that_are_not_loaded_are_found() {
    let machine = machine();
    fs::remove_dir_all(machine.path().join("sys/module/mod")).unwrap();
    assert_eq!(found(&machine, &subject()), [("object", Note)]);

    let subject = Subject {
        functions: vec![function("mod", "bar")],
        ..subject()
    };
    assert_eq!(found(&machine, &subject), [("object", Warning)]);
    machine.write(
        "lib/modules/7.3.4-amd64/modules.builtin",
        "kernel/a/b.ko\nkernel/x/mod.ko\n",
    );
    let diagnosis = diagnosis(&machine, &subject);
    assert!(diagnosis.findings[0].what.contains("built into"));
}

#[test]
fn names_of_built_in_modules_are_those_of_files() {
    let machine = machine();
    machine.write(
        "lib/modules/7.3.4-amd64/modules.builtin",
        "kernel/x/a-b.ko\n",
    );
    let subject = Subject {
        functions: vec![function("vmlinux", "foo"), function("a_b", "c")],
        ..subject()
    };

    assert_eq!(found(&machine, &subject), [("object", Warning)]);
}

#[test]
fn other_names_of_a_function_are_looked_for() {
    let machine = machine();
    let of = |name: &str| Subject {
        functions: vec![function("vmlinux", name)],
        ..subject()
    };
    machine.write(
        "proc/kallsyms",
        "ffff0001 T foo\nffff0001 T alias\nffff0002 t inlined\nffff0003 t x\t[mod]\n",
    );
    assert_eq!(found(&machine, &of("alias")), []);

    for (name, what) in [
        ("inlined", "ftrace has no place in inlined"),
        ("none", "there is no function none"),
        ("x", "there is no function x"),
    ] {
        let diagnosis = diagnosis(&machine, &of(name));
        assert_eq!(diagnosis.findings[0].what.split(':').next().unwrap(), what);
        assert_eq!(diagnosis.verdict, Refused);
    }
}

#[test]
fn hidden_addresses_are_no_names() {
    let machine = machine();
    machine.write("proc/kallsyms", "0000 T foo\n0000 T alias\n");
    let subject = Subject {
        functions: vec![function("vmlinux", "alias")],
        ..subject()
    };

    assert_eq!(found(&machine, &subject), [("site", Refused)]);
}

#[test]
fn the_worst_comes_first() {
    let machine = machine();
    machine.write("proc/sys/kernel/tainted", "130");
    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    livepatch(&machine, "other", "1", "1", &[]);
    let levels: Vec<Level> = found(&machine, &subject())
        .iter()
        .map(|(_, level)| *level)
        .collect();

    assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
    assert_eq!(levels.len(), 4);
}

#[test]
fn people_get_text() {
    let machine = machine();
    machine.write("proc/sys/kernel/ftrace_enabled", "0");
    machine.write("sys/module/module/parameters/sig_enforce", "Y");
    let diagnosis = diagnosis(&machine, &subject());
    let text = |notes| {
        let mut out = Vec::new();
        render(&diagnosis, notes, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };

    assert_eq!(
        text(false),
        "refused: ftrace: ftrace, which redirects the functions, is switched off\n    \
         -> sysctl kernel.ftrace_enabled=1\n"
    );
    assert_eq!(text(true).lines().count(), 3);
}

#[test]
fn files_that_make_no_sense_are_no_reason_to_stop() {
    let long = "x ".repeat(50_000);
    for file in [
        ENABLED,
        PROBES,
        "sys/kernel/tracing/available_filter_functions",
        "proc/kallsyms",
        "sys/kernel/debug/error_injection/list",
        "lib/modules/7.3.4-amd64/modules.builtin",
        "sys/kernel/security/lockdown",
        "sys/module/module/parameters/sig_enforce",
    ] {
        for text in ["", "\n", "\u{0}", "(((", "foo (", "[", &long] {
            let machine = machine();
            machine.write(file, text);
            let _ = found(&machine, &subject());
        }
    }
}

#[test]
fn functions_that_are_not_known_are_not_looked_at() {
    let subject = Subject {
        functions: Vec::new(),
        are_functions_known: false,
        ..subject()
    };

    assert_eq!(found(&machine(), &subject), [("tables", Note)]);
}
