// SPDX-License-Identifier: GPL-2.0

//! A kernel, and what is known of it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use livepatch_abi::object::VMLINUX;
use livepatch_btf::Btf;

use crate::config::Config;
use crate::module::Module;
use crate::modules::Modules;
use crate::object::Inner;
use crate::store::{Stamps, Store};
use crate::table::Table;
use crate::types::{fill, Types};
use crate::{exports, name, notes, numbers, places, vmlinux};
use crate::{Error, Export, Kind, Object, Part, Sources, Symbol, Unknown};

/// What there is of a name.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// This object.
    Found(Object),
    /// A module of the name is built into this kernel: its functions are those of vmlinux.
    BuiltIn,
    /// The kernel has no such module.
    Missing {
        /// Names of modules that this one may be misspelt for.
        similar: Vec<String>,
    },
    /// There is no telling.
    Unknown(Unknown),
}

/// A kernel. What its sources tell is read when it is asked for.
#[derive(Debug)]
pub struct Kernel {
    sources: Sources,
    store: Store,
    config: OnceLock<Config>,
    modules: OnceLock<Modules>,
    symbols: OnceLock<Arc<Table<vmlinux::Row>>>,
    exports: OnceLock<Table<exports::Row>>,
    places: OnceLock<Table<places::Row>>,
    types: Arc<Types>,
    objects: Mutex<HashMap<String, Arc<Module>>>,
}

impl Kernel {
    /// Opens the kernel that the sources are of. What takes long to read is kept in the directory `cache`, if one is given.
    ///
    /// # Errors
    ///
    /// If the sources are of different kernels.
    pub fn open(sources: &Sources, cache: Option<&Path>) -> Result<Self, Error> {
        Ok(Self {
            sources: sources.clone(),
            store: Store::new(cache),
            config: OnceLock::new(),
            modules: OnceLock::new(),
            symbols: OnceLock::new(),
            exports: OnceLock::new(),
            places: OnceLock::new(),
            types: Arc::new(Types::new(
                sources.btf.as_deref(),
                sources.module_btf.as_deref(),
            )),
            objects: Mutex::default(),
        })
    }

    /// Returns where it is read from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Returns the release, as `uname -r` has it.
    ///
    /// # Errors
    ///
    /// [`Unknown`] if no source tells it.
    pub fn release(&self) -> Result<&str, Unknown> {
        self.sources
            .release
            .as_deref()
            .ok_or(Unknown(Part::Release))
    }

    /// Returns the build id, [`None`] if the kernel has none.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source tells it, or if it cannot be read.
    pub fn build_id(&self) -> Result<Option<Vec<u8>>, Error> {
        let path = self.sources.notes.as_deref().ok_or(Unknown(Part::Notes))?;
        let bytes = fs::read(path).map_err(Error::read(path))?;

        Ok(notes::build_id(&bytes).map(<[u8]>::to_vec))
    }

    /// Returns the value of an option of the configuration, without quotes; [`None`] if it is not set.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source tells it, or if it cannot be read.
    pub fn config(&self, name: &str) -> Result<Option<&str>, Error> {
        let path = self
            .sources
            .config
            .as_deref()
            .ok_or(Unknown(Part::Config))?;
        let config = fill(&self.config, || {
            let (text, _) = livepatch_elf::read(path)?;

            Ok(Config::parse(&text))
        })?;

        Ok(config.get(name))
    }

    /// Returns the object of a name: `vmlinux`, or a module, in whose name `-` and `_` are alike.
    ///
    /// # Errors
    ///
    /// If what is there of it cannot be read.
    pub fn object(&self, name: &str) -> Result<Lookup, Error> {
        if name == VMLINUX {
            return self.vmlinux();
        }

        let module = name::of_module(name);
        let modules = self.modules()?;

        match modules.file(&module) {
            Some(path) => Ok(Lookup::Found(self.module(module, path)?)),
            None if self.sources.modules.is_none() => Ok(Lookup::Unknown(Unknown(Part::Modules))),
            None if modules.is_builtin(&module) => Ok(Lookup::BuiltIn),
            None => Ok(Lookup::Missing {
                similar: name::similar(&module, modules.names()),
            }),
        }
    }

    fn modules(&self) -> Result<&Modules, Error> {
        fill(&self.modules, || {
            let mut modules = match self.sources.modules.as_deref() {
                Some(directory) => Modules::read(directory)?,
                None => Modules::default(),
            };

            modules.extend(&self.sources.module_files);
            Ok(modules)
        })
    }

    fn vmlinux(&self) -> Result<Lookup, Error> {
        let Some(path) = self.sources.kallsyms.as_deref() else {
            return Ok(Lookup::Unknown(Unknown(Part::Kallsyms)));
        };
        let symbols = fill(&self.symbols, || self.read_symbols(path).map(Arc::new))?;

        Ok(Lookup::Found(Object {
            name: VMLINUX.to_owned(),
            inner: Inner::Vmlinux(Arc::clone(symbols)),
            types: Arc::clone(&self.types),
        }))
    }

    fn read_symbols(&self, path: &Path) -> Result<Table<vmlinux::Row>, Error> {
        let ftrace = self.sources.ftrace.as_deref();
        let boot = self.sources.boot_id.as_deref();

        self.store.table(
            "symbols",
            || Stamps::take([path].into_iter().chain(ftrace), boot),
            |key| {
                let kallsyms = fs::read(path).map_err(Error::read(path))?;
                let sites = ftrace
                    .map(|path| fs::read(path).map_err(Error::read(path)))
                    .transpose()?;

                vmlinux::build((path, &kallsyms), ftrace.zip(sites.as_deref()), key)
            },
        )
    }

    fn module(&self, name: String, path: &Path) -> Result<Object, Error> {
        let known = self
            .objects
            .lock()
            .ok()
            .and_then(|objects| objects.get(&name).cloned());
        let module = match known {
            Some(module) => module,
            None => {
                let module = Arc::new(Module::read(path)?);

                if let Ok(mut objects) = self.objects.lock() {
                    objects.insert(name.clone(), Arc::clone(&module));
                }
                module
            }
        };

        Ok(Object {
            types: Arc::clone(&self.types),
            name,
            inner: Inner::Module(module),
        })
    }

    /// Returns who exports a symbol and to whom; [`None`] if nobody does.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source tells it, or if it cannot be read.
    pub fn export(&self, symbol: &str) -> Result<Option<Export<'_>>, Error> {
        if self.sources.symvers.is_empty() {
            return Err(Error::Unknown(Unknown(Part::Symvers)));
        }

        let paths = || self.sources.symvers.iter().map(|path| path.as_path());
        let exports = fill(&self.exports, || {
            self.store.table(
                "exports",
                || Stamps::take(paths(), None),
                |key| {
                    let files = paths()
                        .map(|path| Ok((path, livepatch_elf::read(path)?.0)))
                        .collect::<Result<Vec<_>, Error>>()?;

                    exports::build(&files, key)
                },
            )
        })?;

        Ok(exports.named(symbol).first().map(|row| row.export(exports)))
    }

    /// Returns the objects that have a function of the name, sorted; `vmlinux` comes first.
    ///
    /// What cannot be read is not searched. All modules are read, unless that was done before and kept: this takes some ten
    /// seconds of processor time, and is for a hint to somebody who has named the wrong object.
    ///
    /// # Errors
    ///
    /// If the lists of symbols or of modules cannot be read.
    pub fn objects_with(&self, function: &str) -> Result<Vec<String>, Error> {
        let mut objects = Vec::new();

        if let Lookup::Found(vmlinux) = self.vmlinux()? {
            let is_there = |symbol: &Symbol<'_>| symbol.kind == Kind::Text;

            if vmlinux.symbols(function).iter().any(is_there) {
                objects.push(VMLINUX.to_owned());
            }
        }

        let files: Vec<_> = self.modules()?.files().collect();
        let places = fill(&self.places, || {
            self.store.table(
                "modules",
                || Stamps::take(files.iter().map(|(_, path)| *path), None),
                |key| places::build(&files, key),
            )
        })?;

        for row in places.named(function) {
            objects.push(places.text(row.module).to_owned());
        }
        Ok(objects)
    }

    /// Returns numbers that `build` works out of the file `source`, which takes long: they are kept, under `name`.
    ///
    /// # Errors
    ///
    /// If there is no such file, or there are more numbers than can be kept.
    pub fn numbers(
        &self,
        name: &str,
        source: &Path,
        build: impl FnOnce() -> Vec<u32>,
    ) -> Result<Vec<u32>, Error> {
        let table = self.store.table(
            name,
            || Stamps::take([source].into_iter(), None),
            |key| numbers::build(source, &build(), key),
        )?;

        Ok(numbers::read(&table))
    }

    /// Returns the type information of the kernel.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source has it, or if it cannot be read.
    pub fn btf(&self) -> Result<Arc<Btf>, Error> {
        self.types.kernel()
    }

    /// Returns the type information of the kernel as it is in its file.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source has it, or if it cannot be read.
    pub fn btf_bytes(&self) -> Result<Arc<[u8]>, Error> {
        self.types.kernel_bytes()
    }
}

#[cfg(test)]
mod tests;
