// SPDX-License-Identifier: GPL-2.0

//! An object file: its code, its functions, and what its relocations refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use object::elf::{R_X86_64_32S, R_X86_64_64, R_X86_64_PC32, R_X86_64_PLT32};
use object::{
    Architecture, Object as _, ObjectKind, ObjectSection as _, ObjectSymbol as _, RelocationFlags,
    RelocationTarget, SectionFlags, SectionIndex, SymbolKind,
};

use crate::error::Error;

/// A place in a section.
pub type Place = (usize, u64);

/// An object file.
#[derive(Debug)]
pub struct Object {
    /// The sections with code, but for what replaces other code when the kernel has looked at the processor.
    pub code: Vec<Section>,
    /// The functions, by where they are.
    pub functions: Vec<Function>,
    /// The relocations of sections that are loaded and hold no code.
    pub data: Vec<(String, Relocation)>,
    /// Where the kernel replaces instructions when it loads the object.
    pub replaced: BTreeSet<Place>,
    /// Relocations that the kernel's module loader does not know, by section.
    pub foreign: Vec<String>,
}

/// A section with code.
#[derive(Debug)]
pub struct Section {
    /// Its number in the file.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its relocations, by what they change.
    pub relocations: BTreeMap<u64, Relocation>,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name; of several, one.
    pub name: String,
    /// Where it begins.
    pub place: Place,
    /// How many bytes it has.
    pub size: u64,
}

/// What a relocation refers to.
#[derive(Debug, Clone)]
pub struct Relocation {
    /// The name of the symbol, if it has one.
    pub symbol: String,
    /// Where it is, if it is in this object; the addend is not counted.
    pub place: Option<Place>,
    /// The number that is added.
    pub addend: i64,
    /// Whether the address itself is stored, not the distance to it.
    pub absolute: bool,
}

impl Relocation {
    /// Returns the place it refers to, with `correction` for what is counted from another place.
    pub fn target(&self, correction: i64) -> Option<Place> {
        let (section, offset) = self.place?;
        let offset = offset.checked_add_signed(self.addend.checked_add(correction)?)?;
        Some((section, offset))
    }
}

impl Function {
    /// Returns whether it is called by its address: not the part of a function that is rarely executed, nor a static call,
    /// which the kernel writes anew, nor what other tools name in front of functions.
    pub fn is_entry(&self) -> bool {
        let is_part = self.name.ends_with(".cold") || self.name.contains(".cold.");
        let is_static_call = self.name.starts_with("__SCT__");
        !is_part && !is_static_call && !self.is_prefix()
    }

    /// Returns whether it is but the padding of a function.
    pub fn is_prefix(&self) -> bool {
        self.name.starts_with("__pfx_") || self.name.starts_with("__cfi_")
    }
}

impl Object {
    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be read, is malformed, or is no relocatable object for x86-64.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        let malformed = |source| Error::Object {
            path: path.to_owned(),
            source,
        };
        let file = object::File::parse(&*bytes).map_err(malformed)?;
        if file.architecture() != Architecture::X86_64 || file.kind() != ObjectKind::Relocatable {
            return Err(Error::Kind {
                path: path.to_owned(),
            });
        }
        Self::parse(&file).map_err(malformed)
    }

    fn parse(file: &object::File<'_>) -> Result<Self, object::Error> {
        let mut object = Self {
            code: Vec::new(),
            functions: functions(file)?,
            data: Vec::new(),
            replaced: BTreeSet::new(),
            foreign: Vec::new(),
        };
        for section in file.sections() {
            let SectionFlags::Elf { sh_flags } = section.flags() else {
                continue;
            };
            if sh_flags & u64::from(object::elf::SHF_ALLOC) == 0 {
                continue;
            }
            let name = section.name()?.to_owned();
            let relocations = object.relocations(file, &section, &name)?;
            if sh_flags & u64::from(object::elf::SHF_EXECINSTR) == 0 {
                if matches!(name.as_str(), ".altinstructions" | ".parainstructions") {
                    let places = relocations.values().filter_map(|item| item.target(0));
                    object.replaced.extend(places);
                }
                let data = relocations.into_values();
                object.data.extend(data.map(|item| (name.clone(), item)));
            } else if !matches!(name.as_str(), ".altinstr_replacement" | ".altinstr_aux") {
                object.code.push(Section {
                    index: section.index().0,
                    name,
                    bytes: section.data()?.to_owned(),
                    relocations,
                });
            }
        }
        Ok(object)
    }

    /// Reads the relocations of a section.
    fn relocations(
        &mut self,
        file: &object::File<'_>,
        section: &object::Section<'_, '_>,
        name: &str,
    ) -> Result<BTreeMap<u64, Relocation>, object::Error> {
        let mut relocations = BTreeMap::new();
        for (offset, item) in section.relocations() {
            let RelocationFlags::Elf { r_type } = item.flags() else {
                continue;
            };
            if !is_loadable(r_type) {
                self.foreign
                    .push(format!("relocation of type {r_type} at {name}+{offset:#x}"));
            }
            let RelocationTarget::Symbol(index) = item.target() else {
                continue;
            };
            let symbol = file.symbol_by_index(index)?;
            let place = symbol.section_index().map(|SectionIndex(section)| section);
            relocations.insert(
                offset,
                Relocation {
                    symbol: symbol.name()?.to_owned(),
                    place: place.map(|section| (section, symbol.address())),
                    addend: item.addend(),
                    absolute: matches!(r_type, R_X86_64_64 | R_X86_64_32S),
                },
            );
        }
        Ok(relocations)
    }
}

/// Returns whether the kernel's module loader knows a type of relocation.
fn is_loadable(r_type: u32) -> bool {
    use object::elf::{R_X86_64_32, R_X86_64_NONE, R_X86_64_PC64};
    matches!(
        r_type,
        R_X86_64_NONE
            | R_X86_64_64
            | R_X86_64_32
            | R_X86_64_32S
            | R_X86_64_PC32
            | R_X86_64_PLT32
            | R_X86_64_PC64
    )
}

/// Returns the functions, one for each place.
fn functions(file: &object::File<'_>) -> Result<Vec<Function>, object::Error> {
    let mut functions: BTreeMap<Place, Function> = BTreeMap::new();
    for symbol in file.symbols() {
        let Some(SectionIndex(section)) = symbol.section_index() else {
            continue;
        };
        if symbol.kind() != SymbolKind::Text || symbol.size() == 0 {
            continue;
        }
        let function = Function {
            name: symbol.name()?.to_owned(),
            place: (section, symbol.address()),
            size: symbol.size(),
        };
        // An empty padding has the place of its function.
        let other = functions.get(&function.place);
        if other.is_none_or(Function::is_prefix) {
            functions.insert(function.place, function);
        }
    }
    Ok(functions.into_values().collect())
}
