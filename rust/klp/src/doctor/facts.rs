// SPDX-License-Identifier: GPL-2.0

//! What the rules look at, read once.

use crate::policy::Policy;
use crate::proc::kernel;
use crate::sysfs::ftrace::{self, Traced};
use crate::sysfs::kprobes::{self, Probe};
use crate::sysfs::module;
use crate::sysfs::patch::{self, Patch};
use crate::system::{Root, System, SystemError};

use super::Function;

/// What is known of the machine.
pub(super) struct Facts<'a> {
    /// Where to look for more.
    pub(super) root: &'a Root,
    /// What the administrator allows.
    pub(super) policy: Option<&'a Policy>,
    /// Whether the kernel can be live patched.
    pub(super) is_supported: bool,
    /// The livepatches that are there.
    pub(super) patches: Vec<Patch>,
    /// The kernel's release.
    pub(super) release: String,
    /// The taint flags.
    pub(super) tainted: u64,
    /// The users of ftrace.
    pub(super) traced: Seen<Vec<Traced>>,
    /// The probes.
    pub(super) probes: Seen<Vec<Probe>>,
}

/// Something that perhaps cannot be seen.
pub(super) enum Seen<T> {
    /// It is seen.
    Yes(T),
    /// Why it is not.
    No(String),
}

impl<T> Seen<T> {
    fn of(result: Result<Option<T>, SystemError>) -> Self {
        match result {
            Ok(Some(value)) => Self::Yes(value),
            Ok(None) => Self::No("the kernel does not have it, or it is not mounted".to_owned()),
            Err(error) if error.is_denied() => Self::No("only root may see it".to_owned()),
            Err(error) => Self::No(error.to_string()),
        }
    }

    /// Returns why it is not seen.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::Yes(_) => None,
            Self::No(reason) => Some(reason),
        }
    }
}

impl<'a> Facts<'a> {
    pub(super) fn gather(
        system: &'a System,
        policy: Option<&'a Policy>,
    ) -> Result<Self, SystemError> {
        let root = &system.root;

        Ok(Self {
            root,
            policy,
            is_supported: patch::is_supported(root),
            patches: patch::all(root)?,
            release: kernel::release(root)?,
            tainted: kernel::tainted(root)?,
            traced: Seen::of(ftrace::enabled_functions(root)),
            probes: Seen::of(kprobes::all(root)),
        })
    }

    /// Returns the livepatches that replace a function now.
    pub(super) fn patches_of(&self, function: &Function) -> impl Iterator<Item = &Patch> {
        let (object, name) = (function.object.clone(), function.name.clone());
        let sympos = function.sympos.max(1);

        self.patches.iter().filter(move |patch| {
            (patch.enabled || patch.transition)
                && patch.functions().any(|(of, function)| {
                    of.name == object && function.name == name && function.sympos == sympos
                })
        })
    }

    /// Returns whether an object is there to be changed now.
    pub(super) fn is_object_loaded(&self, object: &str) -> bool {
        object == "vmlinux" || module::is_loaded(self.root, object)
    }

    /// Returns what the kernel uses on a function, of those that ftrace tells.
    pub(super) fn traced(&self, function: &Function) -> impl Iterator<Item = &Traced> {
        let (object, name) = (function.object.clone(), function.name.clone());
        let all: &[Traced] = match &self.traced {
            Seen::Yes(all) => all,
            Seen::No(_) => &[],
        };

        all.iter().filter(move |traced| traced.is(&object, &name))
    }

    /// Returns the probes on a function.
    pub(super) fn probes(&self, function: &Function) -> impl Iterator<Item = &Probe> {
        let (object, name) = (function.object.clone(), function.name.clone());
        let all: &[Probe] = match &self.probes {
            Seen::Yes(all) => all,
            Seen::No(_) => &[],
        };

        all.iter()
            .filter(move |probe| !probe.is_off && probe.is(&object, &name))
    }
}
