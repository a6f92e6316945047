// SPDX-License-Identifier: GPL-2.0

//! Whether what is to be changed is there.
//!
//! A livepatch of a module that is not loaded changes it when it is loaded. What is built into the kernel is never loaded: there the
//! livepatch does nothing, and nobody says so.

use std::collections::BTreeSet;

use super::{Facts, Findings, Subject};

const RULE: &str = "object";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let objects: BTreeSet<&str> = subject
        .functions
        .iter()
        .map(|function| function.object.as_str())
        .collect();
    let missing: Vec<&str> = objects
        .iter()
        .copied()
        .filter(|object| !facts.is_object_loaded(object))
        .collect();
    let all_missing = !missing.is_empty() && missing.len() == objects.len();

    for object in missing {
        if is_built_in(facts, object) {
            findings.warning(
                RULE,
                format!("{object} is built into this kernel: what the livepatch has for a module of that name does nothing"),
                "get the livepatch for this kernel",
            );
        } else if all_missing {
            findings.warning(
                RULE,
                format!("module {object} is not loaded: until it is, the livepatch does nothing"),
                "",
            );
        } else {
            findings.note(
                RULE,
                format!("module {object} is not loaded: it is changed when it is"),
            );
        }
    }
}

/// Returns whether an object is built in: it has a directory in sysfs then, if it has parameters, and is in a list.
fn is_built_in(facts: &Facts<'_>, object: &str) -> bool {
    let list = format!("/lib/modules/{}/modules.builtin", facts.release);
    let list = facts.root.read(list, 1 << 20).unwrap_or_default();
    let is_listed = String::from_utf8_lossy(&list).lines().any(|line| {
        line.rsplit('/')
            .next()
            .and_then(|file| file.strip_suffix(".ko"))
            .is_some_and(|name| name.replace('-', "_") == object)
    });

    is_listed || facts.root.is_directory(format!("/sys/module/{object}"))
}
