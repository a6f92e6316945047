// SPDX-License-Identifier: GPL-2.0

//! Whether something is wrong with the kernel already: what an oops has left behind may hold tasks for ever.

use super::{Facts, Findings, Subject};

const RULE: &str = "taint";

/// The flags that tell of trouble. C header: `include/linux/panic.h`.
const TROUBLE: [(u32, &str, &str); 5] = [
    (
        7,
        "D",
        "it has had an oops: a task that has died may hold locks for which others wait in the kernel for ever",
    ),
    (14, "L", "a CPU was locked up"),
    (9, "W", "it has warned of something"),
    (5, "B", "it has found a page in a bad state"),
    (4, "M", "the machine has reported a fault"),
];

/// The flag of a module that was forced in.
const FORCED_MODULE: u32 = 1;

pub(super) fn check(facts: &Facts<'_>, _subject: &Subject, findings: &mut Findings) {
    let has = |bit: u32| facts.tainted & (1 << bit) != 0;

    for (_, letter, what) in TROUBLE.iter().filter(|(bit, ..)| has(*bit)) {
        findings.warning(
            RULE,
            format!("the kernel is tainted with {letter}: {what}"),
            "see dmesg; a restart is the safer way",
        );
    }
    if has(FORCED_MODULE) {
        findings.note(
            RULE,
            "the kernel is tainted with F: a module was forced in, which may have changed functions",
        );
    }
}
