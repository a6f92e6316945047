// SPDX-License-Identifier: GPL-2.0

//! One symbol of the kernel or of a module.

/// What a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A function, or another place in code.
    Text,
    /// Data that can be written, zeroed at the start or not.
    Data,
    /// Data that cannot be written.
    ReadOnly,
    /// A per-CPU variable.
    PerCpu,
    /// A number that is no address.
    Absolute,
    /// Something else.
    Other,
}

/// Whether ftrace, and so a livepatch, can redirect calls of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Site {
    /// It can.
    Yes,
    /// It cannot: the function begins with no site, or its site went away.
    No,
    /// There is no telling.
    Unknown,
}

/// A symbol of the kernel or of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Its name.
    pub name: &'a str,
    /// Which of the symbols of its name in its object it is, from 1: what the kernel calls `sympos`, in the order in which
    /// the livepatch core counts.
    ///
    /// 0 for a symbol of a module that goes away when the module has been initialised: from then on, it is not counted.
    pub position: u32,
    /// The same while the module is being loaded, when a livepatch that was there before looks for it; the module's symbols
    /// that go away are counted then. It can differ from [`Self::position`] only in a module.
    pub position_loading: u32,
    /// Its address; in a module that is not loaded, the offset in its section.
    pub address: u64,
    /// The name of its section, where that is known: in a module.
    pub section: Option<&'a str>,
    /// Its size, if known. For vmlinux: up to the next symbol.
    pub size: Option<u64>,
    /// What it names.
    pub kind: Kind,
    /// Whether it is visible outside of its source file.
    pub global: bool,
    /// Whether it is discarded after initialisation.
    pub init: bool,
    /// For a function: whether calls of it can be redirected.
    pub ftrace: Site,
}
