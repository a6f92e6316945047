// SPDX-License-Identifier: GPL-2.0

//! Whether ftrace can redirect the functions: the kernel says `EINVAL` of one that has no place for it, or is not there.
//!
//! The list of tracefs has one name for each place. A function of several names can be in it by another one.

use std::collections::BTreeSet;

use crate::sysfs::ftrace;

use super::{Facts, Findings, Function, Subject};

const RULE: &str = "site";

/// The most that is read of `/proc/kallsyms`.
const MAX_KALLSYMS: usize = 64 << 20;

pub(super) fn check(facts: &Facts<'_>, subject: &Subject, findings: &mut Findings) {
    if subject.functions.is_empty() {
        return;
    }
    let available = match ftrace::available_functions(facts.root) {
        Ok(Some(available)) => available,
        Ok(None) => {
            findings.note(
                RULE,
                "whether the functions can be redirected was not looked at: tracefs is not mounted",
            );
            return;
        }
        Err(error) => {
            findings.note(
                RULE,
                format!("whether the functions can be redirected was not looked at: {error}"),
            );
            return;
        }
    };
    let lines: BTreeSet<&str> = available.lines().map(str::trim_end).collect();
    let missing: Vec<&Function> = subject
        .functions
        .iter()
        .filter(|function| facts.is_object_loaded(&function.object))
        .filter(|function| !lines.contains(line(function).as_str()))
        .collect();
    if missing.is_empty() {
        return;
    }
    let symbols = Symbols::read(facts);

    for function in missing {
        match symbols.other_names(function) {
            None => findings.refused(
                RULE,
                format!("there is no function {}", function.shown()),
                "get the livepatch for this kernel",
            ),
            Some(names) if names.iter().any(|name| lines.contains(name.as_str())) => (),
            Some(_) => findings.refused(
                RULE,
                format!(
                    "ftrace has no place in {}: it cannot be redirected",
                    function.shown()
                ),
                "replace its callers",
            ),
        }
    }
}

/// Returns how the list has a function.
fn line(function: &Function) -> String {
    match function.object.as_str() {
        "vmlinux" => function.name.clone(),
        module => format!("{} [{module}]", function.name),
    }
}

/// The kernel's symbols, as text.
struct Symbols(String);

impl Symbols {
    fn read(facts: &Facts<'_>) -> Self {
        let bytes = facts.root.read("/proc/kallsyms", MAX_KALLSYMS);

        Self(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
    }

    /// Returns how the list would have a function by its other names; [`None`] if there is no such function.
    ///
    /// Where addresses are hidden no name is another's, and where there are no symbols at all every function may be there.
    fn other_names(&self, function: &Function) -> Option<Vec<String>> {
        if self.0.is_empty() {
            return Some(Vec::new());
        }
        let wanted = line(function);
        let addresses: BTreeSet<&str> = self
            .symbols()
            .filter(|(_, name)| *name == wanted)
            .map(|(address, _)| address)
            .collect();
        if addresses.is_empty() {
            return None;
        }
        let is_hidden = |address: &str| address.bytes().all(|byte| byte == b'0');

        Some(
            self.symbols()
                .filter(|(address, _)| !is_hidden(address) && addresses.contains(address))
                .map(|(_, name)| name)
                .collect(),
        )
    }

    /// Returns addresses, and names as the list has them.
    fn symbols(&self) -> impl Iterator<Item = (&str, String)> {
        self.0.lines().filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let (address, _kind, name) = (words.next()?, words.next()?, words.next()?);
            Some((
                address,
                match words.next() {
                    Some(module) => format!("{name} {module}"),
                    None => name.to_owned(),
                },
            ))
        })
    }
}
