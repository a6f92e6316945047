// SPDX-License-Identifier: GPL-2.0

//! What a livepatch module is made of, whoever built it.

mod klp_build;
mod kpatch;
mod read;
mod tables;

use std::fmt;

pub use read::{read, Layout, Unreadable};

/// Who made the module, told by the form of its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `struct klp_patch` and its tables: ours, SUSE's, upstream's samples.
    Tables,
    /// The sections of kpatch-build.
    Kpatch,
    /// The sections of upstream's klp-build.
    KlpBuild,
    /// Not known: the tables are made at run time.
    RunTime,
    /// Not known: the tables are damaged.
    Damaged,
}

/// A livepatch, as its module file describes it.
#[derive(Clone, Debug)]
pub struct Livepatch {
    /// The name of the module.
    pub name: String,
    /// The form of its tables.
    pub kind: Kind,
    /// The objects that it changes, in the order of their table.
    pub objects: Vec<Object>,
    /// Whether it replaces the livepatches that are there; [`None`] if that is decided at run time.
    pub replace: Option<bool>,
    /// Its states: id and version; [`None`] if they cannot be read.
    pub states: Option<Vec<State>>,
}

/// An object that a livepatch changes.
#[derive(Clone, Debug)]
pub struct Object {
    /// `vmlinux`, or the name of a module.
    pub name: String,
    /// The functions that it replaces there.
    pub funcs: Vec<Func>,
}

/// A function that a livepatch replaces.
#[derive(Clone, Debug)]
pub struct Func {
    /// The name of the old function.
    pub old_name: String,
    /// Which of several functions of the name, from 1 in the order of kallsyms; 0 if there is one only.
    pub sympos: u64,
    /// The symbol of the new function; [`None`] if the table does not say.
    pub new_func: Option<NewFunc>,
    /// The id of the fix that it belongs to, if the module says so.
    pub fix: Option<String>,
}

/// The new function, in the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFunc {
    /// Its symbol; empty if there is none at its place.
    pub name: String,
    /// The index of the section that it is in.
    pub section: usize,
    /// Where in the section it begins.
    pub offset: u64,
}

/// A system state that a livepatch keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its id.
    pub id: u64,
    /// Its version.
    pub version: u32,
}

impl Livepatch {
    /// Makes one of which nothing is known.
    pub fn empty(kind: Kind) -> Self {
        Self {
            name: String::new(),
            kind,
            objects: Vec::new(),
            replace: None,
            states: None,
        }
    }

    /// Returns whether its tables could be read.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::RunTime | Kind::Damaged)
    }

    /// Returns each replaced function with its object.
    pub fn funcs(&self) -> impl Iterator<Item = (&Object, &Func)> {
        self.objects
            .iter()
            .flat_map(|object| object.funcs.iter().map(move |func| (object, func)))
    }

    /// Returns whether the livepatch changes that object.
    pub fn has_object(&self, name: &str) -> bool {
        self.objects.iter().any(|object| object.name == name)
    }
}

impl fmt::Display for Func {
    /// Writes the function as sysfs and the note do, without a sympos that says nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.old_name)?;
        if self.sympos != 0 {
            write!(f, ",{}", self.sympos)?;
        }
        Ok(())
    }
}
