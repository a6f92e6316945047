// SPDX-License-Identifier: GPL-2.0

//! Whether modules can be loaded: `modules_disabled` is set once and for all.

use super::{Facts, Findings, Subject};

const RULE: &str = "modules";

pub(super) fn check(facts: &Facts<'_>, _subject: &Subject, findings: &mut Findings) {
    let disabled = facts
        .root
        .read_text("/proc/sys/kernel/modules_disabled")
        .unwrap_or_default();

    if disabled.trim() == "1" {
        findings.refused(
            RULE,
            "no module can be loaded: kernel.modules_disabled is set",
            "restart the machine: nobody can clear it",
        );
    }
}
