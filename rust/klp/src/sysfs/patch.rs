// SPDX-License-Identifier: GPL-2.0

//! A livepatch of the kernel: `/sys/kernel/livepatch/<name>`.

use serde::Serialize;

use super::LIVEPATCH;
use crate::system::{Root, SystemError};

/// A livepatch that the kernel knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// Its name, which is that of its module.
    pub name: String,
    /// Whether it is enabled, or is being enabled.
    pub enabled: bool,
    /// Whether tasks still change over to it, or away from it.
    pub transition: bool,
    /// Whether it replaces the livepatches below it; [`None`] for kernels without the attribute (6.14 has it).
    pub replace: Option<bool>,
    /// Its place in the stack, from 1; [`None`] for kernels without the attribute (6.14 has it).
    pub stack_order: Option<u32>,
    /// What it changes.
    pub objects: Vec<Object>,
}

/// What a livepatch changes in the kernel or a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Object {
    /// `vmlinux`, or the name of a module.
    pub name: String,
    /// Whether its functions are redirected; [`None`] for kernels without the attribute.
    pub patched: Option<bool>,
    /// The functions.
    pub functions: Vec<Function>,
}

/// A function that a livepatch replaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Which one of that name, from 1.
    pub sympos: u32,
}

/// What becomes of a livepatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// All tasks use it.
    Enabled,
    /// No task uses it.
    Disabled,
    /// Some tasks do not use it yet.
    Enabling,
    /// Some tasks still use it.
    Disabling,
}

impl Patch {
    /// Returns what becomes of it.
    pub fn state(&self) -> State {
        match (self.enabled, self.transition) {
            (true, false) => State::Enabled,
            (false, false) => State::Disabled,
            (true, true) => State::Enabling,
            (false, true) => State::Disabling,
        }
    }

    /// Returns each function with its object.
    pub fn functions(&self) -> impl Iterator<Item = (&Object, &Function)> {
        self.objects.iter().flat_map(|object| {
            object
                .functions
                .iter()
                .map(move |function| (object, function))
        })
    }
}

/// Returns the path of an attribute of a livepatch.
pub fn attribute(name: &str, attribute: &str) -> String {
    format!("{LIVEPATCH}/{name}/{attribute}")
}

/// Returns whether the kernel can be live patched.
pub fn is_supported(root: &Root) -> bool {
    root.is_directory(LIVEPATCH)
}

/// Returns the names of all livepatches.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn names(root: &Root) -> Result<Vec<String>, SystemError> {
    Ok(root
        .list_optional(LIVEPATCH)?
        .into_iter()
        .filter(|entry| entry.is_directory)
        .map(|entry| entry.name)
        .collect())
}

/// Returns all livepatches, the lowest of the stack first as far as the kernel tells, then by name.
///
/// # Errors
///
/// sysfs cannot be read. One that vanishes meanwhile is left out.
pub fn all(root: &Root) -> Result<Vec<Patch>, SystemError> {
    let mut patches = Vec::new();

    for name in names(root)? {
        patches.extend(read(root, &name)?);
    }
    patches.sort_by(|a, b| (a.stack_order, &a.name).cmp(&(b.stack_order, &b.name)));
    Ok(patches)
}

/// Returns a livepatch; [`None`] if there is none of that name.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn read(root: &Root, name: &str) -> Result<Option<Patch>, SystemError> {
    let Some(enabled) = flag(root, name, "enabled")? else {
        return Ok(None);
    };

    Ok(Some(Patch {
        name: name.to_owned(),
        enabled,
        // Kernels before 4.12 change over at once.
        transition: flag(root, name, "transition")?.unwrap_or(false),
        replace: flag(root, name, "replace")?,
        stack_order: root
            .read_optional(attribute(name, "stack_order"))?
            .and_then(|order| order.trim().parse().ok()),
        objects: objects(root, name)?,
    }))
}

/// Returns whether a livepatch is in transition; false if it is not there.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn in_transition(root: &Root, name: &str) -> Result<bool, SystemError> {
    Ok(flag(root, name, "transition")?.unwrap_or(false))
}

fn flag(root: &Root, name: &str, of: &str) -> Result<Option<bool>, SystemError> {
    Ok(root
        .read_optional(attribute(name, of))?
        .map(|value| value.trim() == "1"))
}

fn objects(root: &Root, name: &str) -> Result<Vec<Object>, SystemError> {
    let directory = format!("{LIVEPATCH}/{name}");
    let mut objects = Vec::new();

    for object in root.list_optional(&directory)? {
        if !object.is_directory {
            continue;
        }
        let mut functions: Vec<Function> = root
            .list_optional(format!("{directory}/{}", object.name))?
            .into_iter()
            .filter(|entry| entry.is_directory)
            .filter_map(|entry| Function::parse(&entry.name))
            .collect();
        functions.sort();
        objects.push(Object {
            patched: flag(root, name, &format!("{}/patched", object.name))?,
            name: object.name,
            functions,
        });
    }
    Ok(objects)
}

impl Function {
    /// Reads `<name>,<sympos>`.
    fn parse(text: &str) -> Option<Self> {
        let (name, sympos) = text.rsplit_once(',')?;

        Some(Self {
            name: name.to_owned(),
            sympos: sympos.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    #[test]
    fn a_livepatch_is_read() {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", "1\n");
        machine.write("sys/kernel/livepatch/fix/transition", "0\n");
        machine.write("sys/kernel/livepatch/fix/stack_order", "2\n");
        machine.write("sys/kernel/livepatch/fix/vmlinux/patched", "1\n");
        machine.directory("sys/kernel/livepatch/fix/vmlinux/foo,1");
        machine.directory("sys/kernel/livepatch/fix/vmlinux/no function");
        machine.write("sys/kernel/livepatch/base/enabled", "0\n");
        machine.write("sys/kernel/livepatch/base/stack_order", "1\n");
        machine.directory("sys/kernel/livepatch/going");
        let patches = all(&machine.system().root).unwrap();

        assert_eq!(patches.len(), 2);
        assert_eq!(patches[0].name, "base");
        assert_eq!(patches[0].state(), State::Disabled);
        assert_eq!(patches[1].state(), State::Enabled);
        assert_eq!(patches[1].replace, None);
        assert_eq!(patches[1].objects[0].patched, Some(true));
        assert_eq!(
            patches[1].objects[0].functions,
            [Function {
                name: "foo".to_owned(),
                sympos: 1
            }]
        );
    }

    #[test]
    fn a_kernel_without_livepatches_has_none() {
        let machine = Machine::new();

        assert!(!is_supported(&machine.system().root));
        assert_eq!(all(&machine.system().root).unwrap(), []);
    }
}
