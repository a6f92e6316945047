// SPDX-License-Identifier: GPL-2.0

//! The symbols of a module, from its file.
//!
//! The kernel keeps a part of a module's symbol table, the *core* symbols, in the order of the file; while the module is being
//! loaded it has all of them. C sources: `kernel/module/kallsyms.c`, `kernel/module/main.c`.
//!
//! ftrace sites are the places that the section `__mcount_loc` lists, or `__patchable_function_entries` on architectures whose
//! kernels use that.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object::elf::{
    FileHeader64, EM_386, EM_S390, EM_X86_64, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHN_ABS,
    SHN_UNDEF, STB_LOCAL, STT_FILE,
};
use object::read::elf::{FileHeader, Rela, SectionHeader, SectionTable, Sym, SymbolTable};
use object::{Endianness, SectionIndex, SymbolIndex};

use crate::{compressed, Error, Kind, Site, Symbol};

type Header = FileHeader64<Endianness>;

/// What the names of sections begin with that are freed after initialisation.
const INIT: &str = ".init";

/// Sections that the loader reads and does not keep.
const NOT_KEPT: [&str; 3] = [".modinfo", "__versions", "__version_ext_"];

/// The section of per-CPU variables.
const PER_CPU: &str = ".data..percpu";

/// The sections that list ftrace sites.
const MCOUNT: &str = "__mcount_loc";
const PATCHABLE: &str = "__patchable_function_entries";

/// A symbol of a module.
#[derive(Debug)]
pub(crate) struct Row {
    name: String,
    section: Option<Arc<str>>,
    position: u32,
    position_loading: u32,
    address: u64,
    size: Option<u64>,
    kind: Kind,
    global: bool,
    init: bool,
    ftrace: Site,
}

impl Row {
    pub(crate) fn symbol(&self) -> Symbol<'_> {
        Symbol {
            name: &self.name,
            position: self.position,
            position_loading: self.position_loading,
            address: self.address,
            section: self.section.as_deref(),
            size: self.size,
            kind: self.kind,
            global: self.global,
            init: self.init,
            ftrace: self.ftrace,
        }
    }
}

/// A module, read from its file.
#[derive(Debug)]
pub(crate) struct Module {
    path: PathBuf,
    /// Sorted by name; those of one name are in the order of the symbol table.
    rows: Vec<Row>,
    btf: Option<Arc<[u8]>>,
}

impl Module {
    /// Reads the file of a module, compressed or not.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::read(path))?;
        let bytes = compressed::expand(path, bytes)?;

        Self::parse(path, &bytes)
    }

    fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let file = File::parse(path, bytes)?;

        Ok(Self {
            path: path.to_owned(),
            rows: file.rows()?,
            btf: file.section(".BTF")?.map(Arc::from),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn btf(&self) -> Option<Arc<[u8]>> {
        self.btf.clone()
    }

    /// Returns the symbols of exactly this name.
    pub(crate) fn named(&self, name: &str) -> &[Row] {
        let rows = self.from(name);
        let end = rows
            .iter()
            .position(|row| row.name != name)
            .unwrap_or(rows.len());

        rows.get(..end).unwrap_or_default()
    }

    /// Returns the symbols whose names begin like this.
    pub(crate) fn starting(&self, prefix: &str) -> &[Row] {
        let rows = self.from(prefix);
        let end = rows.partition_point(|row| row.name.starts_with(prefix));

        rows.get(..end).unwrap_or_default()
    }

    fn from(&self, name: &str) -> &[Row] {
        let start = self.rows.partition_point(|row| row.name.as_str() < name);

        self.rows.get(start..).unwrap_or_default()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows
            .chunk_by(|one, other| one.name == other.name)
            .filter_map(|rows| rows.first())
            .map(|row| row.name.as_str())
    }
}

/// Returns a section of an ELF file.
pub(crate) fn section(path: &Path, bytes: &[u8], name: &str) -> Result<Option<Arc<[u8]>>, Error> {
    Ok(File::parse(path, bytes)?.section(name)?.map(Arc::from))
}

/// An ELF file.
struct File<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    endian: Endianness,
    machine: u16,
    sections: SectionTable<'a, Header>,
}

/// A place in a section.
type Place = (usize, u64);

impl<'a> File<'a> {
    fn parse(path: &'a Path, bytes: &'a [u8]) -> Result<Self, Error> {
        let error = |error: object::Error| {
            Error::format(path, format!("is no ELF file of a 64-bit kernel: {error}"))
        };
        let header = Header::parse(bytes).map_err(error)?;
        let endian = header.endian().map_err(error)?;

        Ok(Self {
            path,
            bytes,
            endian,
            machine: header.e_machine(endian),
            sections: header.sections(endian, bytes).map_err(error)?,
        })
    }

    fn error(&self, what: &str) -> impl Fn(object::Error) -> Error + '_ {
        let what = what.to_owned();

        move |error| Error::format(self.path, format!("{what}: {error}"))
    }

    fn name(&self, section: &'a <Header as FileHeader>::SectionHeader) -> &'a str {
        self.sections
            .section_name(self.endian, section)
            .ok()
            .and_then(|name| std::str::from_utf8(name).ok())
            .unwrap_or_default()
    }

    fn section(&self, name: &str) -> Result<Option<&'a [u8]>, Error> {
        self.sections
            .iter()
            .find(|section| self.name(section) == name)
            .map(|section| {
                section
                    .data(self.endian, self.bytes)
                    .map_err(self.error(name))
            })
            .transpose()
    }

    /// Returns the symbols, sorted by name.
    fn rows(&self) -> Result<Vec<Row>, Error> {
        let symbols = self
            .sections
            .symbols(self.endian, self.bytes, object::elf::SHT_SYMTAB)
            .map_err(self.error("symbol table"))?;
        let names: Vec<Arc<str>> = self
            .sections
            .iter()
            .map(|section| Arc::from(self.name(section)))
            .collect();
        let sites = self.sites(&symbols)?;
        let ends = Ends::new(self, &symbols);
        let mut rows = Vec::new();
        let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();

        for symbol in symbols.iter().skip(1) {
            let name = symbol
                .name(self.endian, symbols.strings())
                .ok()
                .and_then(|name| std::str::from_utf8(name).ok())
                .unwrap_or_default();

            if symbol.st_shndx(self.endian) == SHN_UNDEF
                || name.is_empty()
                || symbol.st_type() == STT_FILE
            {
                continue;
            }

            let at = usize::from(symbol.st_shndx(self.endian));
            let section = self.sections.section(SectionIndex(at)).ok();
            let section_name = names.get(at);
            let is_core = section.zip(section_name).is_some_and(|(section, name)| {
                let is_loaded = section.sh_flags(self.endian) & u64::from(SHF_ALLOC) != 0;

                is_loaded
                    && !name.starts_with(INIT)
                    && !NOT_KEPT.iter().any(|other| name.starts_with(other))
            });
            let (core, all) = counts.entry(name).or_default();
            let address = symbol.st_value(self.endian);
            let end = ends.end(at, address);

            *core = core.saturating_add(is_core.into());
            *all = all.saturating_add(1);

            let kind = match section {
                Some(section) => self.kind(section),
                None if symbol.st_shndx(self.endian) == SHN_ABS => Kind::Absolute,
                None => Kind::Other,
            };

            rows.push(Row {
                name: name.to_owned(),
                section: section.and(section_name.cloned()),
                position: if is_core { *core } else { 0 },
                position_loading: *all,
                address,
                size: Some(symbol.st_size(self.endian)).filter(|size| *size != 0),
                kind,
                global: symbol.st_bind() != STB_LOCAL,
                init: !is_core,
                ftrace: if kind == Kind::Text && has_site(&sites, (at, address), end) {
                    Site::Yes
                } else {
                    Site::No
                },
            });
        }
        // Stable: symbols of one name stay in the order of the symbol table.
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows)
    }

    fn kind(&self, section: &'a <Header as FileHeader>::SectionHeader) -> Kind {
        let has = |flag: u32| section.sh_flags(self.endian) & u64::from(flag) != 0;

        if self.name(section) == PER_CPU {
            Kind::PerCpu
        } else if has(SHF_EXECINSTR) {
            Kind::Text
        } else if !has(SHF_ALLOC) {
            Kind::Other
        } else if has(SHF_WRITE) {
            Kind::Data
        } else {
            Kind::ReadOnly
        }
    }

    /// Returns the places that are ftrace sites, sorted.
    fn sites(&self, symbols: &SymbolTable<'a, Header>) -> Result<Vec<Place>, Error> {
        // x86 has patchable entries for its own ends, and s390 has none.
        let lists: &[&str] = match self.machine {
            EM_X86_64 | EM_386 | EM_S390 => &[MCOUNT],
            _ => &[MCOUNT, PATCHABLE],
        };
        let mut sites = Vec::new();

        for section in self.sections.iter() {
            let of =
                SectionIndex(usize::try_from(section.sh_info(self.endian)).unwrap_or_default());
            let is_list = self
                .sections
                .section(of)
                .is_ok_and(|of| lists.contains(&self.name(of)));

            if !is_list {
                continue;
            }

            let relocations = section
                .rela(self.endian, self.bytes)
                .map_err(self.error("relocations of ftrace sites"))?;

            for relocation in relocations
                .map(|(relocations, _)| relocations)
                .unwrap_or_default()
            {
                let index =
                    usize::try_from(relocation.r_sym(self.endian, false)).unwrap_or_default();
                let symbol = symbols
                    .symbol(SymbolIndex(index))
                    .map_err(self.error("relocations of ftrace sites"))?;
                let addend = relocation.r_addend(self.endian) as u64;

                sites.push((
                    usize::from(symbol.st_shndx(self.endian)),
                    symbol.st_value(self.endian).wrapping_add(addend),
                ));
            }
        }
        sites.sort_unstable();
        Ok(sites)
    }
}

/// The addresses of symbols in each section.
struct Ends(Vec<Place>);

impl Ends {
    fn new(file: &File<'_>, symbols: &SymbolTable<'_, Header>) -> Self {
        let mut places: Vec<_> = symbols
            .iter()
            .filter(|symbol| symbol.st_name(file.endian) != 0)
            .map(|symbol| {
                (
                    usize::from(symbol.st_shndx(file.endian)),
                    symbol.st_value(file.endian),
                )
            })
            .collect();

        places.sort_unstable();
        Self(places)
    }

    /// Returns the address of the next symbol of the section; the kernel takes a symbol to reach up to there.
    fn end(&self, section: usize, address: u64) -> u64 {
        let at = self.0.partition_point(|place| *place <= (section, address));

        match self.0.get(at) {
            Some((other, end)) if *other == section => *end,
            _ => u64::MAX,
        }
    }
}

fn has_site(sites: &[Place], (section, start): Place, end: u64) -> bool {
    let at = sites.partition_point(|site| *site < (section, start));

    sites
        .get(at)
        .is_some_and(|(other, site)| *other == section && *site < end)
}
