// SPDX-License-Identifier: GPL-2.0

//! Livepatches on machines for tests.

use livepatch_abi::note::{OWNER, SECTION, VERSION_1};
use livepatch_elf::testing::{self, MACHINES, RODATA};

use crate::system::fake::Machine;
use crate::system::Finished;

/// The release of the kernel.
pub(crate) const RELEASE: &str = "6.4.0-150600.21-default";

/// Returns a machine with that kernel.
pub(crate) fn machine() -> Machine {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.directory("sys/kernel/livepatch");
    machine
}

/// Returns the bytes of a note.
pub(crate) fn note(fields: &[&str]) -> Vec<u8> {
    let mut descriptor = Vec::new();
    for field in fields {
        descriptor.extend_from_slice(field.as_bytes());
        descriptor.push(0);
    }
    let mut note = Vec::new();
    let lengths = [OWNER.len() as u32 + 1, descriptor.len() as u32, VERSION_1];
    for number in lengths {
        note.extend_from_slice(&number.to_ne_bytes());
    }
    for bytes in [format!("{OWNER}\0").as_bytes(), &descriptor] {
        note.extend_from_slice(bytes);
        note.resize(note.len().next_multiple_of(4), 0);
    }
    note
}

/// Returns a module file: a livepatch with such a note, or without one.
pub(crate) fn module(fields: Option<&[&str]>) -> Vec<u8> {
    let mut module = testing::Module::livepatch(MACHINES[0]);
    if let Some(fields) = fields {
        module.section(SECTION, RODATA, &note(fields));
    }
    module.bytes()
}

/// What a kernel says of a livepatch.
pub(crate) struct Loaded<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// `enabled` and `transition`.
    pub(crate) state: (&'a str, &'a str),
    /// Its place in the stack.
    pub(crate) order: &'a str,
    /// Functions of the kernel.
    pub(crate) functions: &'a [&'a str],
    /// The fields of its note.
    pub(crate) note: Option<&'a [&'a str]>,
}

impl Default for Loaded<'_> {
    fn default() -> Self {
        Self {
            name: "livepatch_6_1",
            state: ("1", "0"),
            order: "1",
            functions: &["foo"],
            note: None,
        }
    }
}

impl Loaded<'_> {
    /// Loads it.
    pub(crate) fn on(&self, machine: &Machine) {
        let directory = format!("sys/kernel/livepatch/{}", self.name);
        machine.write(&format!("{directory}/enabled"), self.state.0);
        machine.write(&format!("{directory}/transition"), self.state.1);
        machine.write(&format!("{directory}/stack_order"), self.order);
        machine.write(&format!("{directory}/replace"), "0\n");
        for function in self.functions {
            machine.directory(&format!("{directory}/vmlinux/{function},1"));
        }
        machine.directory(&format!("sys/module/{}", self.name));
        if let Some(fields) = self.note {
            machine.write(
                &format!("sys/module/{}/notes/{SECTION}", self.name),
                note(fields),
            );
        }
    }
}

/// The note of a livepatch with two fixes.
pub(crate) const TWO_FIXES: &[&str] = &[
    "name=livepatch_6_1",
    "version=6-1",
    "kernel=6.4.0-150600.21-default",
    "date=1790000000",
    "fix=race",
    "title=net: close a race",
    "cve=CVE-2023-1652",
    "cve=CVE-2023-26545",
    "reference=bsc#1",
    "severity=important",
    "function=vmlinux:foo,0",
    "fix=message",
    "title=proc: say more",
    "reference=bsc#2",
    "reference=bsc#3",
    "function=vmlinux:bar,0",
];

/// Returns what a program prints that ends with a status.
pub(crate) fn finished(status: i32, output: &str, errors: &str) -> Finished {
    Finished {
        status: Some(status),
        output: output.into(),
        errors: errors.into(),
    }
}

/// Makes the programs of an RPM system, on which one package has a file: the package's file, its tab-separated line, its change log.
pub(crate) fn rpm(machine: &Machine, file: &str, package: &str, changelog: &str) {
    machine.directory("var/lib/rpm");
    machine.write(file, module(None));
    let (file, package, changelog) = (
        format!("/{file}"),
        format!("{package}\n"),
        changelog.to_owned(),
    );
    machine.on_command(move |command| {
        Ok(match command {
            _ if command.ends_with(&format!("-f {file}")) => finished(0, &package, ""),
            _ if command.contains(" -f ") => {
                finished(1, "file /x is not owned by any package\n", "")
            }
            _ if command.contains("--changelog") => finished(0, &changelog, ""),
            _ => finished(127, "", "not in this test"),
        })
    });
}
