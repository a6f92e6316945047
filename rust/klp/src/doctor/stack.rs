// SPDX-License-Identifier: GPL-2.0

//! What becomes of the livepatches that are there.
//!
//! The kernel compares their system states too, and says `EINVAL` if the new one cannot take them over; it shows them to nobody.

use super::{Facts, Findings, Subject};

const RULE: &str = "stack";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let others: Vec<&str> = facts
        .patches
        .iter()
        .filter(|patch| patch.enabled && patch.name != subject.name)
        .map(|patch| patch.name.as_str())
        .collect();
    if others.is_empty() {
        return;
    }

    match subject.replace {
        Some(true) => findings.note(RULE, format!("it will replace {}", others.join(", "))),
        None => findings.note(
            RULE,
            format!(
                "it goes on top of {}, or replaces them: the file does not say which",
                others.join(", ")
            ),
        ),
        Some(false) => on_top(facts, subject, findings),
    }
}

fn on_top(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    for function in &subject.functions {
        let top = facts
            .patches_of(function)
            .filter(|patch| patch.name != subject.name)
            .last();
        if let Some(patch) = top {
            findings.warning(
                RULE,
                format!(
                    "{} is replaced by {} already: what that fixes there must be in this livepatch too",
                    function.shown(),
                    patch.name
                ),
                format!("klp unload {}, if it is not", patch.name),
            );
        }
    }
}
