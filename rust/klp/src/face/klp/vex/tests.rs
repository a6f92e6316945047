// SPDX-License-Identifier: GPL-2.0

use serde_json::Value;

use super::*;
use crate::face::klp::testing::run;
use crate::report::testing::{finished, machine, Loaded, RELEASE, TWO_FIXES};
use crate::system::fake::Machine;

fn document(machine: &Machine, arguments: &[&str]) -> Value {
    let mut all = vec!["vex"];
    all.extend(arguments);
    serde_json::from_str(&run(machine, &all).out).unwrap()
}

fn fixed() -> Machine {
    let machine = machine();
    Loaded {
        note: Some(TWO_FIXES),
        ..Loaded::default()
    }
    .on(&machine);
    machine
}

#[test]
fn what_is_fixed_is_stated() {
    let document = document(&fixed(), &[]);

    assert_eq!(document["@context"], "https://openvex.dev/ns/v0.2.0");
    assert_eq!(document["author"], "klp on the machine itself");
    assert_eq!(document["timestamp"], "2026-09-21T14:13:20Z");
    assert_eq!(document["version"], 1);
    let statements = document["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[0]["vulnerability"]["name"], "CVE-2023-1652");
    assert_eq!(statements[0]["status"], "fixed");
    assert_eq!(
        statements[0]["products"][0]["@id"],
        format!("pkg:generic/linux@{RELEASE}")
    );
    assert_eq!(
        statements[0]["status_notes"],
        format!("Fixed in the running kernel {RELEASE} by the livepatch livepatch_6_1 6-1, which all tasks use.")
    );
    assert_eq!(statements[1]["vulnerability"]["name"], "CVE-2023-26545");
}

/// The fields that version 0.2.0 of the specification demands, those that it has, and the values of those that have few.
#[test]
fn the_document_is_openvex() {
    let document = document(
        &fixed(),
        &["--product", "pkg:oci/a", "--product", "pkg:oci/b"],
    );
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let known = [
        "@context",
        "@id",
        "author",
        "role",
        "timestamp",
        "last_updated",
        "version",
        "tooling",
        "statements",
    ];
    let demanded = [
        "@context",
        "@id",
        "author",
        "timestamp",
        "version",
        "statements",
    ];

    assert!(keys(&document)
        .iter()
        .all(|key| known.contains(&key.as_str())));
    assert!(demanded
        .iter()
        .all(|key| keys(&document).iter().any(|own| own == key)));
    for statement in document["statements"].as_array().unwrap() {
        let known = [
            "@id",
            "version",
            "vulnerability",
            "timestamp",
            "last_updated",
            "products",
            "status",
            "supplier",
            "status_notes",
            "justification",
            "impact_statement",
            "action_statement",
            "action_statement_timestamp",
        ];
        assert!(keys(statement)
            .iter()
            .all(|key| known.contains(&key.as_str())));
        assert!(["not_affected", "affected", "fixed", "under_investigation"]
            .contains(&statement["status"].as_str().unwrap()));
        assert_eq!(statement["products"].as_array().unwrap().len(), 2);
        assert_eq!(statement["products"][1]["@id"], "pkg:oci/b");
        assert!(statement["vulnerability"]["name"].is_string());
    }
}

#[test]
fn what_is_not_in_force_is_not_stated() {
    for (state, skip, above) in [
        (("1", "1"), "", false),
        (("0", "1"), "", false),
        (("0", "0"), "", false),
        (("1", "0"), "race", false),
        (("1", "0"), "", true),
    ] {
        let machine = machine();
        Loaded {
            note: Some(TWO_FIXES),
            state,
            ..Loaded::default()
        }
        .on(&machine);
        machine.write("sys/module/livepatch_6_1/parameters/skip", skip);
        if above {
            Loaded {
                name: "above",
                order: "2",
                ..Loaded::default()
            }
            .on(&machine);
        }
        let document = document(&machine, &[]);
        assert_eq!(
            document["statements"],
            serde_json::json!([]),
            "{state:?} {skip} {above}"
        );
    }
}

#[test]
fn each_cve_is_stated_once() {
    let machine = fixed();
    Loaded {
        name: "other",
        order: "0",
        functions: &["x"],
        note: Some(&[
            "name=other",
            "fix=x",
            "cve=CVE-2023-1652",
            "cve=nonsense",
            "cve=",
        ]),
        ..Loaded::default()
    }
    .on(&machine);
    let document = document(&machine, &[]);

    assert_eq!(document["statements"].as_array().unwrap().len(), 2);
}

#[test]
fn the_product_is_the_package_of_the_kernel() {
    let machine = fixed();
    machine.write("var/lib/dpkg/status", "");
    machine.write("etc/os-release", "NAME=x\nID=\"debian\"\n");
    let image = format!("/boot/vmlinuz-{RELEASE}");
    machine.write(&image[1..], "");
    machine.on_command(move |command| {
        Ok(match command.contains("--search") {
            true => finished(0, &format!("linux-image-a: {image}\n"), ""),
            false => finished(0, "linux-image-a\t6.4.0-1+b1\tamd64\n", ""),
        })
    });
    let document = document(&machine, &[]);

    assert_eq!(
        document["statements"][0]["products"][0]["@id"],
        "pkg:deb/debian/linux-image-a@6.4.0-1%2Bb1?arch=amd64"
    );
}

#[test]
fn a_document_has_an_id_of_its_own() {
    let machine = fixed();
    let (one, same) = (document(&machine, &[]), document(&machine, &[]));
    let other = document(&machine, &["--author", "me"]);
    let id = one["@id"].as_str().unwrap();

    assert_eq!(one, same);
    assert_ne!(one["@id"], other["@id"]);
    assert_eq!(other["author"], "me");
    assert_eq!(id.len(), "urn:uuid:".len() + 36);
    assert_eq!(id.get(23..24), Some("8"));
    assert!(["8", "9", "a", "b"].contains(&&id[28..29]), "{id}");
}

#[test]
fn numbers_are_uuids() {
    assert_eq!(urn(b""), "urn:uuid:e3b0c442-98fc-8c14-9afb-f4c8996fb924");
}

#[test]
fn a_file_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.vex.json");
    let ran = run(&fixed(), &["vex", "--output", path.to_str().unwrap()]);

    assert_eq!(ran.out, "");
    serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap();
}
