// SPDX-License-Identifier: GPL-2.0

//! Whether the livepatch can take over the system states of those that are there: the kernel says `EINVAL` if not.
//!
//! A newer version of a state is needed than another livepatch has, or the same; and one that replaces the others needs all of
//! theirs. The kernel shows states to nobody: those of the others are read from their installed files.

use crate::module_file::ModuleFile;
use crate::store;

use super::{Facts, Findings, Subject};

const RULE: &str = "states";

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    let Some(states) = &subject.states else {
        return;
    };
    let installed = store::of(facts.root, &facts.release).unwrap_or_default();
    let others = facts
        .patches
        .iter()
        .filter(|patch| patch.name != subject.name);

    for other in others {
        let Some(file) = installed.iter().find(|file| file.name() == other.name) else {
            continue;
        };
        let theirs = ModuleFile::open(facts.root, file.path())
            .ok()
            .and_then(|module| Subject::of(&module).states)
            .unwrap_or_default();
        for (id, version) in theirs {
            let own = states.iter().find(|(own, _)| *own == id);
            let what = match own {
                Some((_, own)) if *own < version => format!(
                    "it has version {own} of the state {id:#x}, and {} has version {version}",
                    other.name
                ),
                None if subject.replace == Some(true) => format!(
                    "it replaces {}, and does not know its state {id:#x}",
                    other.name
                ),
                _ => continue,
            };
            // The file may be another one than that which was loaded.
            findings.warning(
                RULE,
                format!("the kernel will refuse it: {what}, as its file says"),
                format!("get a newer livepatch, or unload {} first", other.name),
            );
        }
    }
}
