// SPDX-License-Identifier: GPL-2.0

//! Whether the module was built for this kernel.
//!
//! With CONFIG_MODVERSIONS the kernel compares the versions of symbols in place of the release; but what a livepatch replaces has
//! none, so that a livepatch for another release is not for this one.

use super::{Facts, Findings, Subject};

const RULE: &str = "vermagic";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let Some(release) = subject.vermagic.split_ascii_whitespace().next() else {
        findings.refused(
            RULE,
            "the module does not say which kernel it was built for",
            "build it again: it has no vermagic",
        );
        return;
    };

    if release != facts.release {
        findings.refused(
            RULE,
            format!(
                "the module was built for {release}, and {} runs",
                facts.release
            ),
            "get the livepatch for this kernel",
        );
    }
}
