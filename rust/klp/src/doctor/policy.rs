// SPDX-License-Identifier: GPL-2.0

//! Whether the administrator allows it: `/etc/livepatch/klp.toml`.

use crate::paths::POLICY;
use crate::policy::{Policy, SignaturePolicy};

use super::{Facts, Finding, Findings, Subject};

/// The rule that no option passes over.
pub const RULE: &str = "policy";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    if let Some(policy) = facts.policy {
        judge(policy, subject, findings);
    }
}

/// Returns what the policy has against a livepatch, and nothing else that speaks against it.
pub fn objections(policy: &Policy, subject: &Subject) -> Vec<Finding> {
    let mut findings = Findings::default();
    judge(policy, subject, &mut findings);

    findings.0
}

fn judge(policy: &Policy, subject: &Subject, findings: &mut Findings) {
    let remedy = format!("see {POLICY}");
    let mut refuse = |what: String| findings.refused(RULE, what, &remedy);

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
    if let Some(reason) = &subject.untrusted {
        match policy.signature.policy {
            SignaturePolicy::Off => (),
            SignaturePolicy::Warn => findings.warning(RULE, reason, &remedy),
            SignaturePolicy::Require => findings.refused(RULE, reason, &remedy),
        }
    }
}
