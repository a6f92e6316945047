// SPDX-License-Identifier: GPL-2.0

//! Whether the kernel can be live patched at all.

use super::{Facts, Findings, Subject};

const RULE: &str = "support";

pub(super) fn check(facts: &Facts<'_>, _subject: &Subject, findings: &mut Findings) {
    if !facts.is_supported {
        findings.refused(
            RULE,
            "the kernel cannot be live patched: it has no /sys/kernel/livepatch",
            "run a kernel with CONFIG_LIVEPATCH, and mount sysfs",
        );
    }
}
