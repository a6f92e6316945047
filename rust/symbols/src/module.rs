// SPDX-License-Identifier: GPL-2.0

//! The symbols of a module, from its file.
//!
//! The kernel keeps a part of a module's symbol table, the *core* symbols, in the order of the file; while the module is being
//! loaded it has all of them. C sources: `kernel/module/kallsyms.c`, `kernel/module/main.c`.
//!
//! ftrace sites are the places that the section `__mcount_loc` lists, or `__patchable_function_entries` on architectures whose
//! kernels use that.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use livepatch_elf::elf::{
    EM_AARCH64, EM_S390, EM_X86_64, SHF_EXECINSTR, SHF_WRITE, STT_FILE, STT_FUNC,
};
use livepatch_elf::{File, Place, Section};

use crate::types::{BTF, BTF_BASE};
use crate::{Error, Kind, Site, Symbol};

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
    btf_base: Option<Arc<[u8]>>,
}

impl Module {
    /// Reads the file of a module, compressed or not.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let (bytes, _) = livepatch_elf::read(path)?;

        Self::parse(path, &bytes)
    }

    /// Takes the contents of a file apart.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let file = File::parse(bytes).map_err(Error::elf(path))?;
        let section = |name| {
            file.section_by_name(name)
                .map(|(_, section)| Arc::from(section.bytes()))
        };

        Ok(Self {
            path: path.to_owned(),
            rows: rows(&file).map_err(Error::elf(path))?,
            btf: section(BTF),
            btf_base: section(BTF_BASE),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn btf(&self) -> Option<Arc<[u8]>> {
        self.btf.clone()
    }

    pub(crate) fn btf_base(&self) -> Option<Arc<[u8]>> {
        self.btf_base.clone()
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

    /// Returns all symbols, sorted by name.
    pub(crate) fn symbols(&self) -> impl Iterator<Item = Symbol<'_>> {
        self.rows.iter().map(Row::symbol)
    }

    /// Returns all names, each once.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows
            .chunk_by(|one, other| one.name == other.name)
            .filter_map(|rows| rows.first())
            .map(|row| row.name.as_str())
    }
}

/// Tells whether the kernel keeps the symbols of a section.
fn is_core(section: &Section<'_>) -> bool {
    section.is_alloc()
        && !section.name.starts_with(INIT)
        && !NOT_KEPT.iter().any(|other| section.name.starts_with(other))
}

fn kind(section: &Section<'_>) -> Kind {
    let has = |flag: u32| section.sh_flags & u64::from(flag) != 0;

    if section.name == PER_CPU {
        Kind::PerCpu
    } else if has(SHF_EXECINSTR) {
        Kind::Text
    } else if !section.is_alloc() {
        Kind::Other
    } else if has(SHF_WRITE) {
        Kind::Data
    } else {
        Kind::ReadOnly
    }
}

/// Returns the symbols of a module, sorted by name.
fn rows(file: &File<'_>) -> Result<Vec<Row>, livepatch_elf::Error> {
    let names: Vec<Arc<str>> = file
        .sections
        .iter()
        .map(|section| Arc::from(&*section.name))
        .collect();
    let sites = sites(file)?;
    let starts = starts(file);
    let mut counts: HashMap<&str, (u32, u32)> = HashMap::new();
    let mut rows = Vec::new();

    for symbol in file.symbols.iter().skip(1) {
        if symbol.is_undefined() || symbol.name.is_empty() || symbol.st_type() == STT_FILE {
            continue;
        }

        let at = symbol.place.section();
        let section = at.and_then(|at| file.section(at));
        let is_core = section.is_some_and(is_core);
        let kind = match (section, symbol.place) {
            (Some(section), _) => kind(section),
            (None, Place::Absolute) => Kind::Absolute,
            (None, _) => Kind::Other,
        };
        let has_site = kind == Kind::Text
            && is_core
            && at.is_some_and(|at| has_site(&sites, &starts, (at, symbol.st_value)));
        let (core, all) = counts.entry(&symbol.name).or_default();

        *core = core.saturating_add(is_core.into());
        *all = all.saturating_add(1);
        rows.push(Row {
            name: symbol.name.clone().into_owned(),
            section: section.and(at).and_then(|at| names.get(at).cloned()),
            position: if is_core { *core } else { 0 },
            position_loading: *all,
            address: symbol.st_value,
            size: Some(symbol.st_size).filter(|size| *size != 0),
            kind,
            global: !symbol.is_local(),
            init: !is_core,
            ftrace: if has_site { Site::Yes } else { Site::No },
        });
    }
    // Stable: symbols of one name stay in the order of the symbol table.
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(rows)
}

/// A section, and an offset in it.
type Spot = (usize, u64);

/// Returns the places that are ftrace sites, sorted.
fn sites(file: &File<'_>) -> Result<Vec<Spot>, livepatch_elf::Error> {
    // x86 has patchable entries for its own ends, and s390 has none.
    let lists: &[&str] = match file.header.e_machine {
        EM_X86_64 | EM_S390 => &[MCOUNT],
        _ => &[MCOUNT, PATCHABLE],
    };
    let mut sites = Vec::new();

    for (index, section) in file.sections.iter().enumerate().skip(1) {
        if lists.contains(&&*section.name) {
            for (relocations, _) in file.relocation_sections(index) {
                let relocations = file.relocations(relocations)?.iter();

                sites.extend(relocations.filter_map(|relocation| file.target(&relocation)));
            }
        }
    }
    if file.header.e_machine == EM_AARCH64 {
        adjust(&mut sites, file);
    }
    sites.sort_unstable();
    Ok(sites)
}

/// Makes sites of those before functions: with CONFIG_DYNAMIC_FTRACE_WITH_CALL_OPS, arm64 has room for a pointer there, where the
/// list points to. C source: `ftrace_call_adjust()` in `arch/arm64/kernel/ftrace.c`.
fn adjust(sites: &mut [Spot], file: &File<'_>) {
    /// Two instructions.
    const BEFORE: u64 = 8;
    let functions: HashSet<Spot> = file
        .symbols
        .iter()
        .filter(|symbol| symbol.st_type() == STT_FUNC)
        .filter_map(|symbol| Some((symbol.place.section()?, symbol.st_value)))
        .collect();

    for (section, offset) in sites {
        // No function with a site is so short that the next one can begin there.
        let function = offset.wrapping_add(BEFORE);

        if functions.contains(&(*section, function)) {
            *offset = function;
        }
    }
}

/// Tells whether a symbol is one of the assembler's, which the kernel takes no notice of: `$x` and `$d` tell code from data on arm64.
///
/// C header: `include/linux/module_symbol.h`.
fn is_mapping(name: &str) -> bool {
    name.starts_with('$') || name.starts_with(".L") || name.starts_with("L0")
}

/// Returns where symbols with names begin, sorted: the kernel takes a symbol to reach up to the next one.
fn starts(file: &File<'_>) -> Vec<Spot> {
    let mut starts: Vec<_> = file
        .symbols
        .iter()
        .filter(|symbol| !symbol.name.is_empty() && !is_mapping(&symbol.name))
        .filter_map(|symbol| Some((symbol.place.section()?, symbol.st_value)))
        .collect();

    starts.sort_unstable();
    starts
}

/// Tells whether a site lies between a symbol and the next one.
fn has_site(sites: &[Spot], starts: &[Spot], spot: Spot) -> bool {
    let next = starts.get(starts.partition_point(|start| *start <= spot));
    let site = sites.get(sites.partition_point(|site| *site < spot));

    site.is_some_and(|site| site.0 == spot.0 && next.is_none_or(|next| site < next))
}

#[cfg(test)]
mod tests {
    use livepatch_elf::elf::{STT_NOTYPE, STT_SECTION};
    use livepatch_elf::{testing, Endianness};

    use super::*;
    use crate::testing::{module, Function};

    fn read(functions: &[Function<'_>]) -> Module {
        Module::parse(Path::new("m.ko"), &module(functions)).unwrap()
    }

    fn function<'a>(name: &'a str, section: &'a str, has_site: bool) -> Function<'a> {
        Function {
            name,
            section,
            has_site,
        }
    }

    #[test]
    fn positions_and_sites() {
        let module = read(&[
            function("a", ".text", true),
            function("b", ".text", false),
            function("a", ".text.unlikely", false),
            function("c", ".text", true),
        ]);
        let of = |name| -> Vec<_> {
            module
                .named(name)
                .iter()
                .map(Row::symbol)
                .map(|symbol| (symbol.position, symbol.position_loading, symbol.ftrace))
                .collect()
        };

        assert_eq!(of("a"), [(1, 1, Site::Yes), (2, 2, Site::No)]);
        assert_eq!(of("b"), [(1, 1, Site::No)]);
        assert_eq!(of("c"), [(1, 1, Site::Yes)]);
        assert!(of("d").is_empty());
    }

    #[test]
    fn a_symbol_that_goes_away_counts_only_while_the_module_is_loaded() {
        let module = read(&[
            function("a", ".init.text", true),
            function("a", ".text", true),
        ]);
        let symbols: Vec<_> = module.symbols().collect();

        assert_eq!(
            symbols
                .iter()
                .map(|symbol| (symbol.position, symbol.position_loading))
                .collect::<Vec<_>>(),
            [(0, 1), (1, 2)]
        );
        assert!(symbols[0].init && symbols[0].ftrace == Site::No);
        assert_eq!(symbols[1].section, Some(".text"));
        assert_eq!(symbols[1].kind, Kind::Text);
        assert!(symbols[1].global);
    }

    /// A module with the functions `a` and `b`, of 32 bytes, behind what `before` says, and sites at these offsets.
    fn with_sites(machine: (Endianness, u16), before: u64, list: &str, sites: &[u64]) -> Module {
        let mut module = testing::Module::empty(machine);
        let text = module.section(".text", testing::TEXT, &[0; 80]);
        let list = module.section(list, testing::DATA, &vec![0; sites.len() * 8]);
        let section = module.local("", STT_SECTION, text, 0, 0);
        for (at, name) in ["a", "b"].into_iter().enumerate() {
            let start = at as u64 * (32 + before) + before;

            module.local(name, STT_FUNC, text, start, 32);
            // Of the assembler: code begins, and data in its midst.
            for (name, offset) in [("$x", 0), ("$d", 2)] {
                module.local(name, STT_NOTYPE, text, start + offset, 0);
            }
        }
        let relocations: Vec<_> = sites
            .iter()
            .enumerate()
            .map(|(at, site)| {
                (
                    at as u64 * 8,
                    section,
                    testing::address(machine),
                    *site as i64,
                )
            })
            .collect();
        module.relocations(list, &relocations);
        Module::parse(Path::new("m.ko"), &module.bytes()).unwrap()
    }

    /// Where sites are: at the beginning, behind the local entry, behind room for a pointer and with one before.
    #[test]
    fn sites_of_each_architecture() {
        let [x86_64, s390, ppc64, arm64] = testing::MACHINES;

        for (machine, before, list, [of_a, of_b]) in [
            (x86_64, 0, MCOUNT, [4, 36]),
            (s390, 0, MCOUNT, [0, 32]),
            (ppc64, 0, MCOUNT, [12, 44]),
            (ppc64, 0, PATCHABLE, [8, 40]),
            (arm64, 0, PATCHABLE, [0, 32]),
            // `bti c` comes first.
            (arm64, 0, PATCHABLE, [4, 36]),
            (arm64, 8, PATCHABLE, [0, 40]),
        ] {
            for (sites, expected) in [
                (&[of_a, of_b][..], [Site::Yes, Site::Yes]),
                (&[of_a], [Site::Yes, Site::No]),
                (&[of_b], [Site::No, Site::Yes]),
                (&[], [Site::No, Site::No]),
            ] {
                let module = with_sites(machine, before, list, sites);
                let of = |name| module.named(name)[0].symbol().ftrace;

                assert_eq!(["a", "b"].map(of), expected, "{machine:?} {sites:?}");
            }
        }
        // These lists are of something else.
        for machine in [x86_64, s390] {
            let module = with_sites(machine, 0, PATCHABLE, &[0]);

            assert_eq!(module.named("a")[0].symbol().ftrace, Site::No);
        }
    }

    #[test]
    fn damaged_files() {
        let whole = module(&[
            function("a", ".text", true),
            function("b", ".init.text", true),
        ]);

        assert!(Module::parse(Path::new("m.ko"), b"nonsense").is_err());
        for end in 0..whole.len() {
            let _ = Module::parse(Path::new("m.ko"), &whole[..end]);
        }
        for at in 0..whole.len() {
            for byte in [0, 0x7f, 0xff] {
                let mut damaged = whole.clone();

                damaged[at] = byte;
                let _ = Module::parse(Path::new("m.ko"), &damaged);
            }
        }
    }
}
