// SPDX-License-Identifier: GPL-2.0

//! What is looked for.

mod branches;
mod entries;
mod machine;
mod stack;

use livepatch_codegen::Mechanism;

use crate::code::{bodies, Body};
use crate::object::Object;

/// What was found of one mechanism in one object.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The mechanism.
    pub name: String,
    /// How many places have it.
    pub seen: usize,
    /// Each place that should have it and does not.
    pub violations: Vec<String>,
}

impl Finding {
    /// Counts a place that has it, or one that does not: `place` says where.
    fn count(&mut self, has: bool, place: impl FnOnce() -> String) {
        if has {
            self.seen += 1;
        } else {
            self.violations.push(place());
        }
    }
}

/// An object that was taken apart.
#[derive(Debug)]
struct Subject<'a> {
    object: &'a Object,
    bodies: Vec<Body<'a>>,
}

/// Looks for mechanisms in an object: what was found of each, and whether all code was looked at.
pub fn check(object: &Object, mechanisms: &[Mechanism]) -> Vec<Finding> {
    let subject = Subject {
        object,
        bodies: bodies(object),
    };
    let mut findings = vec![look(
        &subject,
        "all code is in functions",
        machine::coverage,
    )];
    for mechanism in mechanisms {
        let name = mechanism.to_string();
        findings.push(match mechanism {
            Mechanism::SoftFloat => look(&subject, &name, machine::soft_float),
            Mechanism::KernelCodeModel => look(&subject, &name, machine::code_model),
            Mechanism::NoRedZone => look(&subject, &name, stack::no_red_zone),
            Mechanism::FramePointer => look(&subject, &name, stack::frame_pointer),
            Mechanism::Orc => look(&subject, &name, stack::orc),
            Mechanism::StackProtector { guard } => look(&subject, &name, |subject, finding| {
                stack::protector(subject, finding, guard);
            }),
            Mechanism::Retpoline => look(&subject, &name, branches::retpoline),
            Mechanism::CsPrefix => look(&subject, &name, branches::cs_prefix),
            Mechanism::NoJumpTables => look(&subject, &name, branches::no_jump_tables),
            Mechanism::ReturnThunk => look(&subject, &name, branches::return_thunk),
            Mechanism::SlsReturn => look(&subject, &name, branches::sls_return),
            Mechanism::SlsIndirectJump => look(&subject, &name, branches::sls_indirect_jump),
            Mechanism::Ibt => look(&subject, &name, entries::ibt),
            Mechanism::Padding { total, prefix } => look(&subject, &name, |subject, finding| {
                entries::padding(subject, finding, u64::from(*total), u64::from(*prefix));
            }),
            Mechanism::Alignment(bytes) => {
                let front = front(mechanisms, u64::from(*bytes));
                look(&subject, &name, |subject, finding| {
                    entries::alignment(subject, finding, u64::from(*bytes), front);
                })
            }
            Mechanism::Kcfi => {
                let prefix = prefix(mechanisms);
                look(&subject, &name, |subject, finding| {
                    entries::kcfi(subject, finding, prefix);
                })
            }
        });
    }
    findings
}

/// Returns how many bytes of padding are in front of functions.
fn prefix(mechanisms: &[Mechanism]) -> u64 {
    let prefix = mechanisms.iter().find_map(|mechanism| match mechanism {
        Mechanism::Padding { prefix, .. } => Some(u64::from(*prefix)),
        _ => None,
    });
    prefix.unwrap_or(0)
}

/// Returns how many bytes there are in front of functions, from where they are aligned. With a hash, the compiler fills up so
/// that the entry is aligned too.
fn front(mechanisms: &[Mechanism], alignment: u64) -> u64 {
    let prefix = prefix(mechanisms);
    if mechanisms.contains(&Mechanism::Kcfi) {
        (prefix + entries::HASH).next_multiple_of(alignment)
    } else {
        prefix
    }
}

fn look(
    subject: &Subject<'_>,
    name: &str,
    what: impl FnOnce(&Subject<'_>, &mut Finding),
) -> Finding {
    let mut finding = Finding {
        name: name.to_owned(),
        ..Finding::default()
    };
    what(subject, &mut finding);
    finding
}
