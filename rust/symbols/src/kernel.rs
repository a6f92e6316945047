// SPDX-License-Identifier: GPL-2.0

//! A kernel, and what is known of it.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use livepatch_abi::object::VMLINUX;

use crate::config::Config;
use crate::module::Module;
use crate::modules::Modules;
use crate::object::Inner;
use crate::store::{Stamps, Store};
use crate::table::Table;
use crate::{exports, module, name, notes, vmlinux, Error, Export, Object, Part, Sources, Unknown};

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
    btf: OnceLock<Arc<[u8]>>,
    objects: Mutex<HashMap<String, Arc<Module>>>,
}

/// Returns what `cell` holds, and fills it first if it is empty.
fn fill<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }

    let value = make()?;

    Ok(cell.get_or_init(|| value))
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
            btf: OnceLock::new(),
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
        let config = fill(&self.config, || Ok(Config::parse(&read_text(path)?)))?;

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
        let directory = self.sources.modules.as_deref();
        let modules = fill(&self.modules, || {
            let mut modules = match directory {
                Some(directory) => Modules::read(directory)?,
                None => Modules::default(),
            };

            modules.extend(&self.sources.module_files);
            Ok(modules)
        })?;

        match modules.file(&module) {
            Some(path) => Ok(Lookup::Found(self.module(module, path)?)),
            None if directory.is_none() => Ok(Lookup::Unknown(Unknown(Part::Modules))),
            None if modules.is_builtin(&module) => Ok(Lookup::BuiltIn),
            None => Ok(Lookup::Missing {
                similar: name::similar(&module, modules.names()),
            }),
        }
    }

    fn vmlinux(&self) -> Result<Lookup, Error> {
        let Some(path) = self.sources.kallsyms.as_deref() else {
            return Ok(Lookup::Unknown(Unknown(Part::Kallsyms)));
        };
        let symbols = fill(&self.symbols, || self.read_symbols(path).map(Arc::new))?;

        Ok(Lookup::Found(Object {
            name: VMLINUX.to_owned(),
            inner: Inner::Vmlinux(Arc::clone(symbols)),
            btf: self
                .sources
                .btf
                .as_ref()
                .map(|_| self.btf_bytes())
                .transpose()?,
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
            btf: module.btf(),
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
                        .map(|path| Ok((path, fs::read(path).map_err(Error::read(path))?)))
                        .collect::<Result<Vec<_>, Error>>()?;

                    exports::build(&files, key)
                },
            )
        })?;

        Ok(exports.named(symbol).first().map(|row| row.export(exports)))
    }

    /// Returns the raw type information of the kernel.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if no source has it, or if it cannot be read.
    pub fn btf_bytes(&self) -> Result<Arc<[u8]>, Error> {
        let path = self.sources.btf.as_deref().ok_or(Unknown(Part::Btf))?;

        fill(&self.btf, || {
            let bytes = fs::read(path).map_err(Error::read(path))?;

            if bytes.starts_with(b"\x7fELF") {
                return module::section(path, &bytes, ".BTF")?
                    .ok_or(Error::Unknown(Unknown(Part::Btf)));
            }
            Ok(bytes.into())
        })
        .cloned()
    }
}

/// Reads a text that may be compressed, as `/proc/config.gz` is.
fn read_text(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    let mut text = Vec::new();

    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    flate2::read::GzDecoder::new(bytes.as_slice())
        .take(16 << 20)
        .read_to_end(&mut text)
        .map_err(Error::read(path))?;
    Ok(text)
}
