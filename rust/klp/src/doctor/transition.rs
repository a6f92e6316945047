// SPDX-License-Identifier: GPL-2.0

//! Whether another transition goes on: the kernel has one at a time, and says `EBUSY`.

use super::{Facts, Findings, Subject};

const RULE: &str = "transition";

pub(super) fn check(facts: &Facts<'_>, _subject: &Subject, findings: &mut Findings) {
    for patch in facts.patches.iter().filter(|patch| patch.transition) {
        findings.refused(
            RULE,
            format!("the transition of {} still goes on", patch.name),
            "wait for it (klp wait), or see what it waits for (klp blocking --explain)",
        );
    }
}
