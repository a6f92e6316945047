// SPDX-License-Identifier: GPL-2.0

//! Whether somebody else changes where the functions go: ftrace allows one, and says `EBUSY` to the next.
//!
//! Kprobes with a post handler do, and what is made of them: `fail_function`. Livepatches share theirs.

use super::{Facts, Findings, Subject};

const RULE: &str = "ipmodify";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    if subject.functions.is_empty() {
        return;
    }
    if let Some(reason) = facts.traced.reason() {
        findings.note(
            RULE,
            format!("who else is on the functions was not looked at: enabled_functions of tracefs: {reason}"),
        );
        return;
    }
    for function in &subject.functions {
        let others = facts
            .traced(function)
            .filter(|traced| traced.ipmodify && !traced.users.contains("klp_ftrace_handler"));
        for _ in others {
            // Of several users only the number is told.
            if facts.patches_of(function).next().is_some() {
                continue;
            }
            let probe = facts.probes(function).find(|probe| probe.by_ftrace);
            let (who, remedy) = match probe {
                Some(_) => (
                    "a kprobe with a post handler is on it",
                    "remove the kprobe: see /sys/kernel/debug/kprobes/list, and unload the module that has set it",
                ),
                None => (
                    "somebody else changes where it goes",
                    "see /sys/kernel/tracing/enabled_functions: what has the flag I must go first",
                ),
            };
            findings.refused(RULE, format!("{}: {who}", function.shown()), remedy);
        }
    }
}
