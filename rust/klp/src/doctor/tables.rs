// SPDX-License-Identifier: GPL-2.0

//! Whether the file says which functions the livepatch replaces.

use super::{Facts, Findings, Subject};

const RULE: &str = "tables";

pub(super) fn check(_facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    if !subject.are_functions_known {
        findings.note(
            RULE,
            "which functions it replaces is decided when it is loaded: they were not looked at",
        );
    }
}
