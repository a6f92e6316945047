// SPDX-License-Identifier: GPL-2.0

//! Whether a module of the name is loaded already: the kernel says `EEXIST`.

use crate::sysfs::module;
use crate::sysfs::patch::State;

use super::{Facts, Findings, Subject};

const RULE: &str = "loaded";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let name = &subject.name;
    let patch = facts.patches.iter().find(|patch| patch.name == *name);

    match patch.map(|patch| patch.state()) {
        Some(State::Enabled) => findings.note(RULE, format!("{name} is loaded and enabled already")),
        // The rule on transitions tells of it.
        Some(State::Enabling | State::Disabling) => (),
        Some(State::Disabled) => findings.refused(
            RULE,
            format!("{name} is loaded and disabled; newer kernels enable it again only when it is loaded anew"),
            format!("klp unload {name}"),
        ),
        None if module::is_loaded(facts.root, name) => findings.refused(
            RULE,
            format!("a module {name} is loaded that is no livepatch, or not one any more"),
            format!("rmmod {name}"),
        ),
        None => (),
    }
}
