// SPDX-License-Identifier: GPL-2.0

//! Whether ftrace is switched off: the kernel then registers nobody who cannot do without, as livepatches, and says `EBUSY`.
//!
//! Newer kernels do not let anybody switch it off any more (7.3 says `EOPNOTSUPP`).
//!
//! A function that a livepatch replaces already needs no registration, and while there is one ftrace cannot be switched off.

use rustix::io::Errno;

use super::{Facts, Findings, Level, Subject};

const RULE: &str = "ftrace";

const SWITCH: &str = "/proc/sys/kernel/ftrace_enabled";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    match facts.root.read_text(SWITCH) {
        Ok(enabled) if enabled.trim() == "0" => (),
        Ok(_) => return,
        // After a bug the switch is there, and has no state.
        Err(error) if error.errno() == Some(Errno::NODEV.raw_os_error()) => {
            findings.refused(
                RULE,
                "ftrace has found a bug in itself, and has switched itself off",
                "see dmesg, and restart the machine",
            );
            return;
        }
        // A kernel without the switch cannot have it off.
        Err(_) => return,
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
