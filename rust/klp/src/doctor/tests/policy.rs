// SPDX-License-Identifier: GPL-2.0

//! What the administrator allows.

use super::*;

#[test]
fn what_the_administrator_does_not_allow_is_refused() {
    let machine = machine();
    for (policy, expected) in [
        ("", vec![]),
        (
            "[load]\ndirectories = [\"/srv\"]",
            vec![("policy", Refused)],
        ),
        ("[load]\ndirectories = [\"/root\"]", vec![]),
        (
            "[blocked]\ncves = [\"CVE-2026-12345\"]",
            vec![("policy", Refused)],
        ),
        ("[blocked]\ncves = [\"CVE-2026-12346\"]", vec![]),
        (
            "[blocked]\nfunctions = [\"vmlinux:foo\", \"bar\"]",
            vec![("policy", Refused), ("policy", Refused)],
        ),
        ("[blocked]\nfunctions = [\"mod:foo\"]", vec![]),
    ] {
        machine.write("etc/livepatch/klp.toml", policy);
        let system = machine.system();
        let policy = Policy::read(&system.root).unwrap();
        let subject = Subject {
            directory: "/root".into(),
            cves: vec!["CVE-2026-12345".to_owned()],
            ..subject()
        };
        let diagnosis = diagnose(&system, Some(&subject), Some(&policy)).unwrap();
        let found: Vec<_> = diagnosis
            .findings
            .iter()
            .map(|finding| (finding.rule, finding.level))
            .collect();

        assert_eq!(found, expected, "{policy:?}");
    }
}

#[test]
fn a_signature_is_asked_for_as_the_policy_says() {
    let machine = machine();
    for (signature, untrusted, expected) in [
        ("off", true, vec![]),
        ("warn", true, vec![("policy", Warning)]),
        ("require", true, vec![("policy", Refused)]),
        ("require", false, vec![]),
    ] {
        machine.write(
            "etc/livepatch/klp.toml",
            format!("[signature]\npolicy = \"{signature}\""),
        );
        let system = machine.system();
        let policy = Policy::read(&system.root).unwrap();
        let subject = Subject {
            directory: "/root".into(),
            untrusted: untrusted.then(|| "nobody knows the signer".to_owned()),
            ..subject()
        };
        let diagnosis = diagnose(&system, Some(&subject), Some(&policy)).unwrap();
        let found: Vec<_> = diagnosis
            .findings
            .iter()
            .map(|finding| (finding.rule, finding.level))
            .collect();

        assert_eq!(found, expected, "{signature}");
    }
}
