// SPDX-License-Identifier: GPL-2.0

//! What a livepatch fixes, and whether that is in force.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::package::Mention;
use crate::sysfs::patch::{Patch, State};

/// What a livepatch fixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Its id; [`None`] if only a change log tells of it.
    pub id: Option<String>,
    /// What it changes, in one line.
    pub title: Option<String>,
    /// The CVEs that it fixes.
    pub cves: Vec<String>,
    /// Bugs, commits, addresses.
    pub references: Vec<String>,
    /// How bad it is not to have it.
    pub severity: Option<String>,
    /// Whether it is in force.
    pub state: FixState,
    /// The livepatch above that replaces one of its functions, if it is overridden.
    pub by: Option<String>,
    /// The functions that it replaces: object and name.
    #[serde(skip)]
    pub(super) functions: Vec<(String, String)>,
}

/// Whether a fix is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FixState {
    /// All tasks use it.
    Active,
    /// Some tasks do not use it yet.
    Enabling,
    /// Some tasks still use it, and soon none will.
    Disabling,
    /// No task uses it.
    Inactive,
    /// It was left out when the livepatch was loaded.
    Skipped,
    /// A livepatch above replaces one of its functions with another one.
    Overridden,
}

impl FixState {
    /// Returns what people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Enabling => "enabling",
            Self::Disabling => "disabling",
            Self::Inactive => "inactive",
            Self::Skipped => "skipped",
            Self::Overridden => "overridden",
        }
    }
}

impl Fix {
    /// Returns whether it does something where its livepatch is used.
    pub(super) fn is_effective(&self) -> bool {
        !matches!(self.state, FixState::Skipped | FixState::Overridden)
    }
}

impl From<State> for FixState {
    fn from(state: State) -> Self {
        match state {
            State::Enabled => Self::Active,
            State::Enabling => Self::Enabling,
            State::Disabling => Self::Disabling,
            State::Disabled => Self::Inactive,
        }
    }
}

impl From<&livepatch_elf::note::Fix> for Fix {
    fn from(fix: &livepatch_elf::note::Fix) -> Self {
        Self {
            id: Some(fix.id.clone()),
            title: Some(fix.title.clone()).filter(|title| !title.is_empty()),
            cves: fix.cves.clone(),
            references: fix.references.clone(),
            severity: fix.severity.clone(),
            state: FixState::Inactive,
            by: None,
            functions: fix
                .functions
                .iter()
                .map(|function| (function.object.clone(), function.name.clone()))
                .collect(),
        }
    }
}

impl From<Mention> for Fix {
    fn from(mention: Mention) -> Self {
        Self {
            id: None,
            title: None,
            cves: mention.cves,
            references: mention.references,
            severity: None,
            state: FixState::Inactive,
            by: None,
            functions: Vec::new(),
        }
    }
}

/// Who has a function now: for each object and function the topmost enabled livepatch that replaces it, with its place.
#[derive(Debug, Default)]
pub(super) struct Owners<'a>(BTreeMap<(&'a str, &'a str), (u32, &'a str)>);

impl<'a> Owners<'a> {
    /// Finds the owners; there are none if the kernel does not tell the order of the stack.
    pub(super) fn of(patches: &'a [Patch]) -> Self {
        let mut owners: BTreeMap<(&str, &str), (u32, &str)> = BTreeMap::new();

        for patch in patches.iter().filter(|patch| patch.enabled) {
            let Some(order) = patch.stack_order else {
                continue;
            };
            for (object, function) in patch.functions() {
                let owner = owners
                    .entry((&object.name, &function.name))
                    .or_insert((order, &patch.name));
                if owner.0 < order {
                    *owner = (order, &patch.name);
                }
            }
        }
        Self(owners)
    }

    /// Says whether a fix of a livepatch is in force, as far as the livepatch is.
    pub(super) fn judge(&self, fix: &mut Fix, patch: &Patch, skipped: &[String]) {
        let is_skipped = |id: &String| skipped.contains(id);
        if fix.id.as_ref().is_some_and(is_skipped) {
            fix.state = FixState::Skipped;
            return;
        }
        let above = fix.functions.iter().find_map(|(object, name)| {
            let (order, owner) = self.0.get(&(object.as_str(), name.as_str()))?;
            (Some(*order) > patch.stack_order && *owner != patch.name).then_some(*owner)
        });

        fix.state = patch.state().into();
        if let (FixState::Active, Some(above)) = (fix.state, above) {
            fix.state = FixState::Overridden;
            fix.by = Some(above.to_owned());
        }
    }
}
