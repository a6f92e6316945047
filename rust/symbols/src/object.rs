// SPDX-License-Identifier: GPL-2.0

//! An object that a livepatch can change: the kernel itself, or a module.

use std::path::Path;
use std::sync::Arc;

use livepatch_abi::object::VMLINUX;
use livepatch_btf::Btf;

use crate::module::Module;
use crate::table::Table;
use crate::types::Types;
use crate::{name, vmlinux, Error, Symbol};

/// The kernel itself or a module, and its symbols.
#[derive(Clone, Debug)]
pub struct Object {
    pub(crate) name: String,
    pub(crate) inner: Inner,
    pub(crate) types: Arc<Types>,
}

#[derive(Clone, Debug)]
pub(crate) enum Inner {
    Vmlinux(Arc<Table<vmlinux::Row>>),
    Module(Arc<Module>),
}

/// What the livepatch core makes of an object, a name and a sympos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// It finds this symbol.
    Found(Symbol<'a>),
    /// There is no symbol of the name.
    Missing,
    /// There are these, and it was not told which: the sympos is 0.
    Ambiguous(Vec<Symbol<'a>>),
    /// There are only these.
    OutOfRange(Vec<Symbol<'a>>),
    /// It depends on which is loaded first, the module or the livepatch: the module has symbols of the name that are discarded
    /// when it has been initialised, and count until then.
    Unsteady {
        /// What is found in a module that was loaded before.
        loaded: Option<Symbol<'a>>,
        /// What is found while the module is being loaded.
        loading: Option<Symbol<'a>>,
    },
}

impl Object {
    /// Returns its name: `vmlinux`, or that of a loaded module.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether it is the kernel itself.
    pub fn is_vmlinux(&self) -> bool {
        self.name == VMLINUX
    }

    /// Returns the file of a module.
    pub fn file(&self) -> Option<&Path> {
        match &self.inner {
            Inner::Vmlinux(_) => None,
            Inner::Module(module) => Some(module.path()),
        }
    }

    /// Returns all symbols of the name, in the order of the object's symbol table.
    pub fn symbols(&self, name: &str) -> Vec<Symbol<'_>> {
        match &self.inner {
            Inner::Vmlinux(table) => table
                .named(name)
                .iter()
                .map(|row| row.symbol(table))
                .collect(),
            Inner::Module(module) => module.named(name).iter().map(|row| row.symbol()).collect(),
        }
    }

    /// Returns the symbol that the livepatch core finds for a name and a sympos, or why it finds none.
    ///
    /// C source: `klp_find_object_symbol()`.
    pub fn resolve(&self, name: &str, sympos: u32) -> Resolution<'_> {
        let symbols = self.symbols(name);
        let counted = |position: fn(&Symbol<'_>) -> u32| {
            let candidates: Vec<_> = symbols
                .iter()
                .copied()
                .filter(|symbol| position(symbol) != 0)
                .collect();

            match (sympos, candidates.as_slice()) {
                (_, []) => Resolution::Missing,
                (0, [symbol]) => Resolution::Found(*symbol),
                (0, _) => Resolution::Ambiguous(candidates),
                _ => match candidates.iter().find(|symbol| position(symbol) == sympos) {
                    Some(symbol) => Resolution::Found(*symbol),
                    None => Resolution::OutOfRange(candidates),
                },
            }
        };
        let loaded = counted(|symbol| symbol.position);
        let loading = counted(|symbol| symbol.position_loading);

        match (loaded, loading) {
            (Resolution::Found(loaded), Resolution::Found(loading)) if loaded == loading => {
                Resolution::Found(loaded)
            }
            (Resolution::Found(loaded), Resolution::Found(loading)) => Resolution::Unsteady {
                loaded: Some(loaded),
                loading: Some(loading),
            },
            (Resolution::Found(loaded), _) => Resolution::Unsteady {
                loaded: Some(loaded),
                loading: None,
            },
            (_, Resolution::Found(loading)) => Resolution::Unsteady {
                loaded: None,
                loading: Some(loading),
            },
            (Resolution::Missing, loading) => loading,
            (loaded, _) => loaded,
        }
    }

    /// Returns the variants and parts that the compiler made of a function: `name.isra.0`, `.constprop.0`, `.part.0`,
    /// `.cold`, `.llvm.1` and the like.
    pub fn clones(&self, function: &str) -> Vec<Symbol<'_>> {
        let prefix = format!("{function}.");
        let candidates: Vec<_> = match &self.inner {
            Inner::Vmlinux(table) => table
                .starting(&prefix)
                .iter()
                .map(|row| row.symbol(table))
                .collect(),
            Inner::Module(module) => module
                .starting(&prefix)
                .iter()
                .map(|row| row.symbol())
                .collect(),
        };

        candidates
            .into_iter()
            .filter(|symbol| name::is_clone(symbol.name, function))
            .collect()
    }

    /// Returns names of symbols that this one may be misspelt for, the most likely one first.
    pub fn similar(&self, name: &str) -> Vec<String> {
        match &self.inner {
            Inner::Vmlinux(table) => name::similar(name, table.names()),
            Inner::Module(module) => name::similar(name, module.names()),
        }
    }

    /// Returns the type information; that of a module continues that of the kernel.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if there is none, or if it cannot be read.
    pub fn btf(&self) -> Result<Arc<Btf>, Error> {
        match &self.inner {
            Inner::Vmlinux(_) => self.types.kernel(),
            Inner::Module(module) => self.types.module(&self.name, module),
        }
    }

    /// Returns the type information as it is in its file.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if there is none, or if it cannot be read.
    pub fn btf_bytes(&self) -> Result<Arc<[u8]>, Error> {
        match &self.inner {
            Inner::Vmlinux(_) => self.types.kernel_bytes(),
            Inner::Module(module) => self.types.module_bytes(&self.name, module),
        }
    }
}
