// SPDX-License-Identifier: GPL-2.0

//! The kernel, and what is worked out of it once for all livepatches.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use livepatch_btf::{Btf, Kind, Type};
use livepatch_elf::File;
use livepatch_symbols::{Kernel, Lookup, Object};

use super::candidates::Addresses;
use super::model::Layout;
use super::source::Source;
use super::Error;

/// A kernel that livepatches are checked against.
pub struct Target<'a> {
    /// What is known of it.
    pub kernel: &'a Kernel,
    btf: OnceCell<Option<Arc<Btf>>>,
    module_btf: RefCell<HashMap<String, Option<Arc<Btf>>>>,
    vermagic: OnceCell<Option<String>>,
    dependencies: RefCell<HashMap<String, Vec<String>>>,
    addresses: OnceCell<Addresses>,
    source: Option<Source>,
    suggestions: Cell<usize>,
}

/// How many misspellings suggestions are made for: each is a look at all symbols.
const MAX_SUGGESTIONS: usize = 32;

impl<'a> Target<'a> {
    /// Makes it of a kernel.
    pub fn new(kernel: &'a Kernel) -> Self {
        Self {
            kernel,
            btf: OnceCell::new(),
            module_btf: RefCell::default(),
            vermagic: OnceCell::new(),
            dependencies: RefCell::default(),
            addresses: OnceCell::new(),
            source: None,
            suggestions: Cell::new(0),
        }
    }

    /// Has the source of the kernel tell the files of symbols.
    #[must_use]
    pub fn with_source(mut self, directory: &Path) -> Self {
        let arch = match self.kernel.config("CONFIG_ARM64") {
            Ok(Some(_)) => "arm64",
            _ => ["S390", "PPC64"]
                .iter()
                .zip(["s390", "powerpc"])
                .find(|(option, _)| matches!(self.kernel.config(option), Ok(Some(_))))
                .map_or("x86", |(_, arch)| arch),
        };
        self.source = Some(Source::new(directory, arch));
        self
    }

    /// Returns the source of the kernel, if it is there.
    pub(super) fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// Returns the symbols of the kernel by address.
    pub(super) fn addresses(&self) -> &Addresses {
        self.addresses.get_or_init(|| {
            let kallsyms = self.kernel.sources().kallsyms.as_deref();
            kallsyms.map(Addresses::read).unwrap_or_default()
        })
    }

    /// Returns names of symbols that this one may be misspelt for; none when it was asked often enough.
    pub(super) fn similar(&self, object: &Object, name: &str) -> Vec<String> {
        if self.suggestions.get() == MAX_SUGGESTIONS {
            return Vec::new();
        }
        self.suggestions.set(self.suggestions.get() + 1);
        object.similar(name)
    }

    /// Returns the type information of the kernel itself; [`None`] if it is not known.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn btf(&self) -> Result<Option<Arc<Btf>>, Error> {
        if let Some(btf) = self.btf.get() {
            return Ok(btf.clone());
        }
        let btf = match self.kernel.btf_bytes() {
            Ok(bytes) => Some(Arc::new(
                Btf::parse(bytes).map_err(|error| Error::btf("vmlinux", error))?,
            )),
            Err(livepatch_symbols::Error::Unknown(_)) => None,
            Err(error) => return Err(error.into()),
        };

        Ok(self.btf.get_or_init(|| btf).clone())
    }

    /// Returns the type information of an object; [`None`] if it is not known.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn btf_of(&self, object: &Object) -> Result<Option<Arc<Btf>>, Error> {
        if object.is_vmlinux() {
            return self.btf();
        }
        if let Some(btf) = self.module_btf.borrow().get(object.name()) {
            return Ok(btf.clone());
        }
        let btf = match (self.btf()?, object.btf_bytes()) {
            (Some(base), Ok(bytes)) => {
                let btf = Btf::parse_split(bytes, &base)
                    .map_err(|error| Error::btf(object.name(), error))?;
                Some(Arc::new(btf))
            }
            (None, _) | (_, Err(livepatch_symbols::Error::Unknown(_))) => None,
            (_, Err(error)) => return Err(error.into()),
        };

        self.module_btf
            .borrow_mut()
            .insert(object.name().to_owned(), btf.clone());
        Ok(btf)
    }

    /// Returns the sizes of the structures that a livepatch is made of.
    ///
    /// # Errors
    ///
    /// The type information cannot be read.
    pub fn layout(&self) -> Result<Layout, Error> {
        let Some(btf) = self.btf()? else {
            return Ok(Layout::default());
        };
        let size = |name: &str| {
            let id = btf.find(Kind::Struct, name).into_iter().next()?;
            btf.size_of(id).ok()
        };

        Ok(Layout {
            patch: size("klp_patch"),
            object: size("klp_object"),
            func: size("klp_func"),
        })
    }

    /// Returns the size of a structure of the kernel, and the offsets of some of its members, each of which has one of several names;
    /// [`None`] if they are not known.
    ///
    /// # Errors
    ///
    /// The type information cannot be read.
    pub fn structure<const N: usize>(
        &self,
        name: &str,
        members: [&[&str]; N],
    ) -> Result<Option<(u64, [u64; N])>, Error> {
        let Some(btf) = self.btf()? else {
            return Ok(None);
        };

        Ok(btf.find(Kind::Struct, name).into_iter().find_map(|id| {
            let size = btf.size_of(id).ok().filter(|size| *size != 0)?;
            let Ok(Type::Struct(composite)) = btf.get(id) else {
                return None;
            };
            let mut offsets = [0; N];
            for (offset, names) in offsets.iter_mut().zip(members) {
                let member = composite
                    .members
                    .iter()
                    .find(|member| names.contains(&member.name))?;
                *offset = u64::from(member.bit_offset / 8);
            }
            Some((size, offsets))
        }))
    }

    /// Returns the vermagic of the kernel, as its own modules have it; [`None`] if it has none that are known.
    ///
    /// # Errors
    ///
    /// A module cannot be read.
    pub fn vermagic(&self) -> Result<Option<&str>, Error> {
        if self.vermagic.get().is_none() {
            let vermagic = match self.any_module() {
                Some(path) => value_of(&path, "vermagic")?,
                None => None,
            };
            let _ = self.vermagic.set(vermagic);
        }
        Ok(self.vermagic.get().and_then(Option::as_deref))
    }

    /// Returns the file of some module of the kernel.
    fn any_module(&self) -> Option<PathBuf> {
        let directory = self.kernel.sources().modules.as_deref()?;

        if let Ok(list) = fs::read_to_string(directory.join("modules.dep")) {
            let files = list.lines().filter_map(|line| line.split_once(':'));
            return files
                .map(|(file, _)| directory.join(file))
                .find(|path| path.is_file());
        }
        find_module(&directory.join("kernel"), 8)
    }

    /// Returns the modules that a module needs, and those that they need, and itself.
    ///
    /// # Errors
    ///
    /// A module cannot be read.
    pub fn dependencies(&self, module: &str) -> Result<Vec<String>, Error> {
        if let Some(known) = self.dependencies.borrow().get(module) {
            return Ok(known.clone());
        }
        let mut all = vec![module.to_owned()];
        let mut index = 0;

        while let Some(name) = all.get(index).cloned() {
            index += 1;
            let Lookup::Found(object) = self.kernel.object(&name)? else {
                continue;
            };
            let Some(file) = object.file() else {
                continue;
            };
            let depends = value_of(file, "depends")?.unwrap_or_default();
            for name in depends.split(',').filter(|name| !name.is_empty()) {
                let name = name.replace('-', "_");
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        self.dependencies
            .borrow_mut()
            .insert(module.to_owned(), all.clone());
        Ok(all)
    }
}

/// Returns the first value that the `.modinfo` of a module of the kernel has for a key.
fn value_of(path: &Path, key: &str) -> Result<Option<String>, Error> {
    let (bytes, _) = livepatch_elf::read(path)?;
    let file = File::parse(&bytes).map_err(|source| Error::elf(path, source))?;

    Ok(file.modinfo_value(key).map(str::to_owned))
}

/// Finds the first module below a directory.
fn find_module(directory: &Path, depth: usize) -> Option<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(directory).ok()?.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);

    entries.into_iter().find_map(|entry| {
        let path = entry.path();
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            return find_module(&path, depth.checked_sub(1)?);
        }
        let name = path.file_name()?.to_str()?;
        (kind.is_file() && (name.ends_with(".ko") || name.contains(".ko."))).then_some(path)
    })
}
