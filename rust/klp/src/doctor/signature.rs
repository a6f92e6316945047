// SPDX-License-Identifier: GPL-2.0

//! Whether the kernel demands a signature: `module.sig_enforce` makes it say `EKEYREJECTED`, lockdown `EPERM`.
//!
//! Whether it trusts the key of a signature the kernel alone knows. A signature that does not fit is refused by all kernels.

use super::{Facts, Findings, Subject};

const RULE: &str = "signature";

const ENFORCE: &str = "/sys/module/module/parameters/sig_enforce";
const LOCKDOWN: &str = "/sys/kernel/security/lockdown";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let read = |path: &str| facts.root.read_text(path).unwrap_or_default();
    let enforced = matches!(read(ENFORCE).trim(), "Y" | "1");
    let lockdown = read(LOCKDOWN);
    let locked = lockdown
        .split_ascii_whitespace()
        .find_map(|word| word.strip_prefix('[')?.strip_suffix(']'))
        .filter(|level| *level != "none");
    let demand = match (enforced, locked) {
        (true, _) => "module.sig_enforce is set".to_owned(),
        (false, Some(level)) => format!("the kernel is locked down ({level})"),
        (false, None) => {
            if !subject.is_signed {
                findings.note(
                    RULE,
                    "the module is not signed, which this kernel does not mind; it will be tainted with E",
                );
            }
            return;
        }
    };

    match subject.is_signed {
        true => findings.note(
            RULE,
            format!(
                "{demand}: the kernel loads the module only if it trusts the key of its signature"
            ),
        ),
        false => findings.refused(
            RULE,
            format!("{demand}, and the module is not signed"),
            "sign it with a key that the kernel trusts, or that is enrolled with mokutil",
        ),
    }
}
