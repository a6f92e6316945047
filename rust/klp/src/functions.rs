// SPDX-License-Identifier: GPL-2.0

//! Which function is replaced by whom, in which order, and since when.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::journal::{self, Action, Outcome};
use crate::proc::kernel;
use crate::proc::log::KernelLog;
use crate::sysfs::patch::{self, Patch, State};
use crate::system::{Root, System, SystemError};

/// A function that is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replaced {
    /// The object that it is in: `vmlinux`, or the name of a module.
    pub object: String,
    /// Its name.
    pub function: String,
    /// Which one of that name, from 1.
    pub sympos: u32,
    /// The livepatches that replace it, the one that is in force first.
    pub by: Vec<Replacement>,
}

/// A livepatch that replaces a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replacement {
    /// The livepatch.
    pub livepatch: String,
    /// What becomes of it.
    pub state: State,
    /// Whether the object is there, and redirected; [`None`] for kernels that do not tell.
    pub patched: Option<bool>,
    /// Since when, in seconds since 1970; [`None`] if neither the journal nor the kernel's log knows.
    pub since: Option<u64>,
}

/// Returns all functions that are replaced, by object and name.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn all(system: &System) -> Result<Vec<Replaced>, SystemError> {
    let mut patches = patch::all(&system.root)?;
    order(&system.root, &mut patches);
    let since = since(system);
    let mut functions: BTreeMap<(String, String, u32), Vec<Replacement>> = BTreeMap::new();

    for patch in patches.iter().rev() {
        for (object, function) in patch.functions() {
            functions
                .entry((object.name.clone(), function.name.clone(), function.sympos))
                .or_default()
                .push(Replacement {
                    livepatch: patch.name.clone(),
                    state: patch.state(),
                    patched: object.patched,
                    since: since.get(&patch.name).copied(),
                });
        }
    }
    Ok(functions
        .into_iter()
        .map(|((object, function, sympos), by)| Replaced {
            object,
            function,
            sympos,
            by,
        })
        .collect())
}

/// Sorts livepatches as they are stacked, the lowest first.
///
/// Kernels before 6.14 do not tell; there the newest modules come first in `/proc/modules`, and livepatches are stacked as they are
/// loaded.
fn order(root: &Root, patches: &mut [Patch]) {
    if patches.iter().all(|patch| patch.stack_order.is_some()) {
        return;
    }
    let bytes = root.read("/proc/modules", 4 << 20).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let newest_first: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().next())
        .collect();

    patches.sort_by_key(|patch| {
        let place = newest_first.iter().position(|name| *name == patch.name);
        std::cmp::Reverse(place.unwrap_or(usize::MAX))
    });
}

/// Returns since when livepatches are in force: as the kernel's log says, or else the journal.
fn since(system: &System) -> BTreeMap<String, u64> {
    let root = &system.root;
    let mut since = BTreeMap::new();
    let boot = kernel::boot_id(root).unwrap_or_default();

    for event in journal::history(system).unwrap_or_default().events {
        let entry = event.entry;
        let is_load = entry.action == Action::Load && entry.outcome == Some(Outcome::Done);
        if is_load && entry.boot == boot {
            since.insert(entry.livepatch, entry.time);
        }
    }
    let Some(booted) = booted(root) else {
        return since;
    };
    let records = KernelLog::open(root)
        .ok()
        .and_then(|mut log| log.new_records().ok())
        .unwrap_or_default();
    for record in records {
        let name = record
            .text
            .strip_prefix("livepatch: '")
            .and_then(|rest| rest.strip_suffix("': patching complete"));
        if let Some(name) = name {
            since.insert(
                name.to_owned(),
                booted.saturating_add(record.time.as_secs()),
            );
        }
    }
    since
}

/// Returns when the machine was started, in seconds since 1970.
fn booted(root: &Root) -> Option<u64> {
    let bytes = root.read("/proc/stat", 4 << 20).ok()?;

    String::from_utf8_lossy(&bytes)
        .lines()
        .find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    fn livepatch(machine: &Machine, name: &str, order: Option<u32>, functions: &[&str]) {
        let directory = format!("sys/kernel/livepatch/{name}");
        machine.write(&format!("{directory}/enabled"), "1");
        machine.write(&format!("{directory}/transition"), "0");
        if let Some(order) = order {
            machine.write(&format!("{directory}/stack_order"), order.to_string());
        }
        for function in functions {
            machine.directory(&format!("{directory}/{function}"));
        }
    }

    fn by(replaced: &Replaced) -> Vec<&str> {
        replaced.by.iter().map(|by| by.livepatch.as_str()).collect()
    }

    #[test]
    fn nothing_is_replaced_without_livepatches() {
        assert_eq!(all(&Machine::new().system()).unwrap(), []);
    }

    #[test]
    fn the_one_in_force_comes_first() {
        let machine = Machine::new();
        livepatch(&machine, "a", Some(2), &["vmlinux/foo,1", "vmlinux/foo,2"]);
        livepatch(&machine, "b", Some(3), &["vmlinux/foo,1", "mod/bar,1"]);
        livepatch(&machine, "c", Some(1), &["vmlinux/foo,1"]);
        let all = all(&machine.system()).unwrap();

        assert_eq!(all.len(), 3);
        assert_eq!(
            (all[0].object.as_str(), all[0].function.as_str()),
            ("mod", "bar")
        );
        assert_eq!(by(&all[1]), ["b", "a", "c"]);
        assert_eq!((all[2].sympos, by(&all[2])), (2, vec!["a"]));
    }

    #[test]
    fn older_kernels_tell_the_order_otherwise() {
        let machine = Machine::new();
        for name in ["a", "b", "c"] {
            livepatch(&machine, name, None, &["vmlinux/foo,1"]);
        }
        machine.write(
            "proc/modules",
            "c 16384 1 - Live 0x0 (K)\nx 1 0 - Live 0x0\na 1 1 - Live 0x0\nb 1 1\n\n",
        );

        assert_eq!(by(&all(&machine.system()).unwrap()[0]), ["c", "a", "b"]);
    }

    #[test]
    fn times_are_those_of_the_kernel_or_the_journal() {
        let machine = Machine::new();
        livepatch(&machine, "a", Some(1), &["vmlinux/foo,1"]);
        livepatch(&machine, "b", Some(2), &["vmlinux/foo,1"]);
        livepatch(&machine, "c", Some(3), &["vmlinux/foo,1"]);
        machine.write("proc/stat", "cpu 1 2\nbtime 1790000000\n");
        machine.write(
            "dev/kmsg",
            "5,1,5000000,-;livepatch: 'a': patching complete\n\
             5,1,9000000,-;livepatch: 'a': patching complete\n\
             5,1,9900000,-;livepatch: 'b': unpatching complete\n",
        );
        journal::Operation::begin(&machine.system(), Action::Load, "b")
            .unwrap()
            .end(&machine.system(), Outcome::Done, "")
            .unwrap();
        let all = all(&machine.system()).unwrap();
        let since: Vec<Option<u64>> = all[0].by.iter().map(|by| by.since).collect();

        assert_eq!(by(&all[0]), ["c", "b", "a"]);
        assert_eq!(since, [None, Some(1_790_000_000), Some(1_790_000_009)]);
    }

    #[test]
    fn files_that_make_no_sense_are_no_reason_to_stop() {
        for file in [
            "proc/modules",
            "proc/stat",
            "dev/kmsg",
            "var/lib/klp/journal",
        ] {
            for text in ["", "\n", "btime x\n", "5,1,1,-;livepatch: '\n", "\u{0}"] {
                let machine = Machine::new();
                livepatch(&machine, "a", None, &["vmlinux/foo,1"]);
                machine.write(file, text);
                assert_eq!(all(&machine.system()).unwrap().len(), 1);
            }
        }
    }
}
