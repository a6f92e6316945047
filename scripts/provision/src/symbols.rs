// SPDX-License-Identifier: GPL-2.0

//! The proof that a prepared tree is the kernel's: the Rust symbols of both are the same.
//!
//! A mangled Rust name holds a hash of the crate and of everything its ABI depends on: compiler, flags, configuration,
//! source. So a module that is built against the tree can use the kernel's symbols exactly when the tree's names equal those
//! in the distribution's Module.symvers (`rust/Makefile`, `EXPORT_SYMBOL_RUST_GPL`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use object::read::elf::ElfFile64;
use object::{Object, ObjectSymbol};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::files;

/// What the Rust part of a tree exports and defines.
#[derive(Debug, Default)]
pub struct Tree {
    /// Symbols that `rust/exports_*_generated.h` export.
    pub exported: BTreeSet<String>,
    /// Global symbols that the objects in `rust/` define.
    pub defined: BTreeSet<String>,
}

impl Tree {
    /// Reads a prepared tree.
    ///
    /// # Errors
    ///
    /// A file cannot be read, an object is malformed, or there are no Rust symbols.
    pub fn read(tree: &Path) -> Result<Self> {
        let rust = tree.join("rust");
        let mut this = Self::default();
        for path in list(&rust)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("exports_") && name.ends_with("_generated.h") {
                this.exported
                    .extend(exports(&files::read_to_string(&path)?));
            } else if name.ends_with(".o") {
                this.add_object(&path)?;
            }
        }
        for path in list(&rust.join("helpers"))? {
            if path.extension().is_some_and(|extension| extension == "o") {
                this.add_object(&path)?;
            }
        }
        if this.exported.is_empty() {
            return Err(Error::NoRustSymbols { path: rust });
        }
        Ok(this)
    }

    fn add_object(&mut self, path: &Path) -> Result<()> {
        let data = std::fs::read(path).map_err(files::failed("read", path))?;
        let malformed = |source| Error::Object {
            path: path.into(),
            source,
        };
        let file: ElfFile64<'_> = ElfFile64::parse(&*data).map_err(malformed)?;
        for symbol in file.symbols() {
            if symbol.is_global() && symbol.is_definition() {
                let name = symbol.name().map_err(malformed)?;
                self.defined.insert(name.into());
            }
        }
        Ok(())
    }
}

/// The files of a directory, in order.
fn list(directory: &Path) -> Result<Vec<PathBuf>> {
    let failed = || files::failed("list", directory);
    let mut paths = std::fs::read_dir(directory)
        .map_err(failed())?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(failed())?;
    paths.sort();
    Ok(paths)
}

/// The symbols that a generated header exports.
fn exports(header: &str) -> impl Iterator<Item = String> + '_ {
    header.lines().filter_map(|line| {
        let symbol = line.strip_prefix("EXPORT_SYMBOL_RUST_GPL(")?;
        Some(symbol.split_once(')')?.0.to_owned())
    })
}

/// The symbols that a kernel image exports, by name; the value says whether Rust made the name.
#[derive(Debug, Default)]
pub struct Symvers(BTreeMap<String, bool>);

impl Symvers {
    /// Reads a Module.symvers.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is malformed.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(path, &files::read_to_string(path)?)
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut symbols = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            // CRC, symbol, module, kind of export, and a name space that may be empty.
            let fields: Vec<_> = line.split('\t').collect();
            let [_, symbol, module, _, ..] = fields[..] else {
                return Err(Error::Symvers {
                    path: path.into(),
                    line: index + 1,
                });
            };
            if module == "vmlinux" {
                let rust = symbol.starts_with("_R") || symbol.starts_with("rust_helper_");
                symbols.insert(symbol.to_owned(), rust);
            }
        }
        Ok(Self(symbols))
    }
}

/// What came out of a comparison that found no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many symbols were compared.
    pub symbols: usize,
}

/// What a comparison found.
#[derive(Debug, Default)]
struct Comparison {
    total: usize,
    differing: Vec<String>,
}

/// Compares both sides, each with the other.
fn compare(tree: &Tree, symvers: &Symvers) -> Comparison {
    let mut result = Comparison::default();
    let crates: BTreeSet<_> = tree.exported.iter().filter_map(|s| crate_name(s)).collect();
    for symbol in &tree.exported {
        result.total += 1;
        if !symvers.0.contains_key(symbol) {
            result
                .differing
                .push(format!("{symbol}, which the kernel does not export"));
        } else if !tree.defined.contains(symbol) {
            result
                .differing
                .push(format!("{symbol}, which no object of the tree defines"));
        }
    }
    for (symbol, _) in symvers.0.iter().filter(|(_, rust)| **rust) {
        if tree.exported.contains(symbol) {
            continue;
        }
        // A Rust driver that is built in exports symbols of its own crate, which is not built here.
        if crate_name(symbol).is_some_and(|name| !crates.contains(name)) {
            continue;
        }
        result.total += 1;
        result
            .differing
            .push(format!("{symbol}, which the tree does not export"));
    }
    result
}

/// The name of the first crate in a mangled name; for an item that is not an implementation, the crate that it is of.
///
/// The v0 mangling writes a crate as `C`, an optional disambiguator `s` base-62 `_`, the length of its name, `_` if the name
/// starts like a number, and the name.
fn crate_name(symbol: &str) -> Option<&str> {
    let path = symbol.strip_prefix("_R")?;
    path.match_indices('C').find_map(|(at, _)| {
        let rest = &path[at + 1..];
        let rest = match rest.strip_prefix('s') {
            Some(hash) => {
                let (hash, rest) = hash.split_once('_')?;
                hash.bytes()
                    .all(|b| b.is_ascii_alphanumeric())
                    .then_some(rest)?
            }
            None => rest,
        };
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let length: usize = rest[..digits].parse().ok()?;
        let name = rest[digits..].strip_prefix('_').unwrap_or(&rest[digits..]);
        name.get(..length)
    })
}

/// Proves that the Rust symbols of a prepared tree equal those that the kernel exports.
///
/// # Arguments
///
/// * `tree` - the prepared build tree
/// * `symvers` - the distribution's Module.symvers
/// * `config` - the distribution's configuration
///
/// # Errors
///
/// They differ, or cannot be read.
pub fn verify(tree: &Path, symvers: &Path, config: &Path) -> Result<Verified> {
    const OPTION: &str = "CONFIG_RUSTC_VERSION_TEXT";
    let comparison = compare(&Tree::read(tree)?, &Symvers::read(symvers)?);
    match comparison.differing.first() {
        None => Ok(Verified {
            symbols: comparison.total,
        }),
        Some(example) => Err(Error::SymbolMismatch {
            tree: tree.into(),
            differing: comparison.differing.len(),
            total: comparison.total,
            example: example.clone(),
            wanted: Config::read(config)?.need(OPTION)?.into(),
            used: Config::read(&tree.join(".config"))?.need(OPTION)?.into(),
        }),
    }
}

#[cfg(test)]
mod tests;
