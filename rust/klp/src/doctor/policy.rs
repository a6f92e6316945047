// SPDX-License-Identifier: GPL-2.0

//! Whether the administrator allows it: `/etc/livepatch/klp.toml`.

use crate::paths::POLICY;

use super::{Facts, Findings, Subject};

/// The rule that no option passes over.
pub const RULE: &str = "policy";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let Some(policy) = facts.policy else {
        return;
    };
    let mut refuse = |what: String| {
        findings.refused(RULE, what, format!("see {POLICY}"));
    };

    if !policy.allows_directory(&subject.directory) {
        refuse(format!(
            "livepatches from {} are not allowed",
            subject.directory.display()
        ));
    }
    for cve in subject.cves.iter().filter(|cve| policy.blocks_cve(cve)) {
        refuse(format!("it fixes {cve}, which is blocked"));
    }
    for function in &subject.functions {
        if policy.blocks_function(&function.object, &function.name) {
            refuse(format!(
                "it replaces {}, which is blocked",
                function.shown()
            ));
        }
    }
}
