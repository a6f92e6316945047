// SPDX-License-Identifier: GPL-2.0

//! The fixes of a livepatch, and the livepatches of a stack, go together.

use std::collections::HashMap;

use super::finding::{Finding, Findings};
use super::model::{Func, Livepatch};

/// A function as the livepatch core tells them apart: a sympos of 0 is one of 1.
type Key<'a> = (&'a str, &'a str, u64);

fn key<'a>(object: &'a str, func: &'a Func) -> Key<'a> {
    (object, &func.old_name, func.sympos.max(1))
}

/// Checks one livepatch for itself.
pub(super) fn check_one(livepatch: &Livepatch, findings: &mut Findings) {
    let mut objects: HashMap<&str, ()> = HashMap::new();
    for object in &livepatch.objects {
        if objects.insert(&object.name, ()).is_some() {
            findings.push(
                Finding::refused(
                    "object_twice",
                    "its table of objects has it twice, which the kernel refuses",
                    "put all functions of the object into one table",
                )
                .object(&object.name),
            );
        }
    }

    let mut funcs: HashMap<Key<'_>, &Func> = HashMap::new();
    for (object, func) in livepatch.funcs() {
        if let Some(first) = funcs.insert(key(&object.name, func), func) {
            let what = match (&first.fix, &func.fix) {
                (Some(first), Some(second)) if first != second => {
                    format!("the fixes {first} and {second} both replace it")
                }
                _ => "the livepatch replaces it twice".to_owned(),
            };
            findings.push(
                Finding::refused("function_twice", what, "put both changes into one function")
                    .object(&object.name)
                    .symbol(func.to_string()),
            );
        }
    }
}

/// Checks a livepatch that is loaded when those of `installed` are, the oldest first.
pub(super) fn check(installed: &[&Livepatch], livepatch: &Livepatch, findings: &mut Findings) {
    if installed
        .iter()
        .any(|earlier| earlier.name == livepatch.name)
    {
        findings.push(Finding::refused(
            "name_in_stack",
            format!(
                "a livepatch called {} is in the stack already",
                livepatch.name
            ),
            "give each livepatch, and each version of one, a name of its own",
        ));
    }
    for earlier in in_force(installed) {
        states(earlier, livepatch, findings);
    }
    if livepatch.replace == Some(true) {
        return;
    }
    for earlier in in_force(installed) {
        let theirs: HashMap<Key<'_>, &Func> = earlier
            .funcs()
            .map(|(object, func)| (key(&object.name, func), func))
            .collect();
        for (object, func) in livepatch.funcs() {
            if theirs.contains_key(&key(&object.name, func)) {
                findings.push(
                    fight(earlier, livepatch)
                        .object(&object.name)
                        .symbol(func.to_string()),
                );
            }
        }
    }
}

/// Returns those that are there after the last one that replaces all others.
fn in_force<'a>(installed: &'a [&'a Livepatch]) -> &'a [&'a Livepatch] {
    let last = installed
        .iter()
        .rposition(|livepatch| livepatch.replace == Some(true));

    last.and_then(|last| installed.get(last..))
        .unwrap_or(installed)
}

fn fight(earlier: &Livepatch, livepatch: &Livepatch) -> Finding {
    let name = &earlier.name;

    if livepatch.replace == Some(false) {
        Finding::refused(
            "function_in_stack",
            format!("the livepatch {name} replaces it too, and what it changes there would be lost"),
            format!("put the changes of {name} into this one and let it replace the others (replace: true)"),
        )
    } else {
        Finding::warning(
            "function_in_stack",
            format!("the livepatch {name} replaces it too, and what it changes there is lost unless this one has all of it"),
            "load it so that it replaces the others, which it decides at run time",
        )
    }
}

/// Checks that the system states of a livepatch fit those of an earlier one, as `klp_is_patch_compatible()` does.
fn states(earlier: &Livepatch, livepatch: &Livepatch, findings: &mut Findings) {
    let (Some(old), Some(new)) = (&earlier.states, &livepatch.states) else {
        findings.push(Finding::unknown(
            "states",
            format!(
                "whether its states fit those of {}, since they are made at run time",
                earlier.name
            ),
            "make the tables static",
        ));
        return;
    };

    for state in old {
        match new.iter().find(|other| other.id == state.id) {
            Some(other) if other.version < state.version => findings.push(Finding::refused(
                "state_version",
                format!(
                    "it knows version {} of the state {}, and the livepatch {} has version {}",
                    other.version, state.id, earlier.name, state.version
                ),
                "let it take over the newer version",
            )),
            None if livepatch.replace == Some(true) => findings.push(Finding::refused(
                "state_missing",
                format!(
                    "it replaces the livepatch {}, whose state {} it does not know",
                    earlier.name, state.id
                ),
                "add the state, so that it can take it over",
            )),
            _ => {}
        }
    }
}
