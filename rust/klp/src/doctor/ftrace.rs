// SPDX-License-Identifier: GPL-2.0

//! Whether ftrace is switched off: the kernel then registers nobody who cannot do without, as livepatches, and says `EBUSY`.
//!
//! A function that a livepatch replaces already needs no registration, and while there is one ftrace cannot be switched off.

use super::{Facts, Findings, Level, Subject};

const RULE: &str = "ftrace";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let enabled = facts.root.read_text("/proc/sys/kernel/ftrace_enabled");
    if enabled.is_ok_and(|enabled| enabled.trim() != "0") {
        return;
    }
    if !facts.root.exists("/proc/sys/kernel/ftrace_enabled") {
        // A kernel without the switch cannot have it off.
        return;
    }
    let is_needed = subject.functions.is_empty()
        || subject.functions.iter().any(|function| {
            facts.is_object_loaded(&function.object) && facts.patches_of(function).next().is_none()
        });
    let level = match is_needed {
        true => Level::Refused,
        false => Level::Warning,
    };

    findings.add(
        level,
        RULE,
        "ftrace, which redirects the functions, is switched off",
        "sysctl kernel.ftrace_enabled=1",
    );
}
