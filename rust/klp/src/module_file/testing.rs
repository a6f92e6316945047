// SPDX-License-Identifier: GPL-2.0

//! Makes module files for tests.

use livepatch_elf::testing::{self, DATA, MACHINES, RODATA};

/// A module file that is being made.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    /// What `struct module` says; nothing: there is no such section.
    pub(crate) name: Option<String>,
    /// The entries of `.modinfo`.
    pub(crate) modinfo: Vec<String>,
    /// Other sections.
    pub(crate) sections: Vec<(&'static str, Vec<u8>)>,
}

/// The release of the kernel that test modules are for.
pub(crate) const RELEASE: &str = "7.3.4";

impl Maker {
    /// Begins a livepatch.
    pub(crate) fn livepatch(name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            modinfo: vec![
                "livepatch=Y".to_owned(),
                "license=GPL".to_owned(),
                format!("name={name}"),
                format!("vermagic={RELEASE} SMP preempt mod_unload "),
            ],
            sections: Vec::new(),
        }
    }

    /// Leaves out an entry of `.modinfo`.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.modinfo
            .retain(|entry| entry.split('=').next() != Some(key));
        self
    }

    /// Adds an entry of `.modinfo`, in place of those of its key.
    pub(crate) fn with(self, entry: &str) -> Self {
        let mut maker = self.without(entry.split('=').next().unwrap());
        maker.modinfo.push(entry.to_owned());
        maker
    }

    /// Adds a section.
    pub(crate) fn section(mut self, name: &'static str, bytes: &[u8]) -> Self {
        self.sections.push((name, bytes.to_vec()));
        self
    }

    /// Returns the bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut module = testing::Module::empty(MACHINES[0]);
        let mut modinfo = Vec::new();
        for entry in &self.modinfo {
            modinfo.extend_from_slice(entry.as_bytes());
            modinfo.push(0);
        }
        module.section(".modinfo", RODATA, &modinfo);
        if let Some(name) = &self.name {
            let mut bytes = vec![0; 24];
            bytes.extend_from_slice(name.as_bytes());
            bytes.resize(1024, 0);
            module.section(".gnu.linkonce.this_module", DATA, &bytes);
        }
        for (name, bytes) in &self.sections {
            module.section(name, RODATA, bytes);
        }
        module.bytes()
    }
}
