// SPDX-License-Identifier: GPL-2.0

//! Whether BPF programs are on the functions.
//!
//! Those that look on (fentry, fexit) share a function with a livepatch. One that changes what it returns (fmod_ret) comes before the
//! livepatch: where it returns an error, the new function is not called. The kernel allows those on `security_` functions, and on
//! those that errors can be injected into.

use super::{Facts, Findings, Function, Subject};

const RULE: &str = "trampoline";

const INJECTION: &str = "/sys/kernel/debug/error_injection/list";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    for function in &subject.functions {
        if !facts.traced(function).any(|traced| traced.direct) {
            continue;
        }
        if can_be_overridden(facts, function) {
            findings.warning(
                RULE,
                format!(
                    "a BPF program is on {}: if it is of type fmod_ret, the new function is not called where the program returns an error",
                    function.shown()
                ),
                "see bpftool link list, and detach the program",
            );
        } else {
            findings.note(
                RULE,
                format!(
                    "a BPF program is on {}: it goes on, and sees the calls of the new function",
                    function.shown()
                ),
            );
        }
    }
}

fn can_be_overridden(facts: &Facts<'_>, function: &Function) -> bool {
    let list = facts.root.read(INJECTION, 4 << 20).unwrap_or_default();

    function.name.starts_with("security_")
        || String::from_utf8_lossy(&list)
            .lines()
            .any(|line| line.split_ascii_whitespace().next() == Some(&function.name))
}
