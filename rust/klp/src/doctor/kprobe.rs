// SPDX-License-Identifier: GPL-2.0

//! Whether kprobes are in the functions: in the middle of one that is replaced they are never reached again.

use crate::sysfs::kprobes::Probe;

use super::{Facts, Findings, Subject};

const RULE: &str = "kprobe";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    if subject.functions.is_empty() {
        return;
    }
    if let Some(reason) = facts.probes.reason() {
        findings.note(
            RULE,
            format!("kprobes were not looked at: kprobes/list of debugfs: {reason}"),
        );
        return;
    }
    // Those at the very beginning are reached before the function is redirected.
    let is_reached = |probe: &Probe| probe.by_ftrace || probe.offset == 0;

    for function in &subject.functions {
        for probe in facts.probes(function).filter(|probe| !is_reached(probe)) {
            let place = format!("{}+{:#x}", function.shown(), probe.offset);
            findings.warning(
                RULE,
                format!(
                    "a kprobe at {place} is not reached any more when the function is replaced"
                ),
                "set it on the new function",
            );
        }
        if facts.probes(function).any(is_reached) {
            findings.note(
                RULE,
                format!("a kprobe is on {}: it goes on", function.shown()),
            );
        }
    }
}
