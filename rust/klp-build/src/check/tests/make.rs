// SPDX-License-Identifier: GPL-2.0

//! Makes livepatches.

use livepatch_abi::unexported::{SHF_RELA_LIVEPATCH, SHN_LIVEPATCH};
use livepatch_elf::elf::*;
use livepatch_elf::testing::{address, call, calls, Module, DATA, RODATA, TEXT};
use livepatch_elf::{Endianness, Place, Relocation, Section, Symbol};

/// The sizes of the structures in the kernel of the tests.
pub(super) const PATCH: u64 = 200;
pub(super) const OBJECT: u64 = 160;
pub(super) const FUNC: u64 = 120;

/// The machine of tests that are for any.
pub(super) const X86_64: (Endianness, u16) = (Endianness::Little, EM_X86_64);

/// Where a table of functions is.
#[derive(Clone, Copy)]
pub(super) struct Funcs(u64);

/// A livepatch that is being made: its code, its data, its strings, and what points where.
pub(super) struct Maker {
    machine: (Endianness, u16),
    pub(super) modinfo: Vec<u8>,
    pub(super) module: Module,
    pub(super) text: usize,
    pub(super) text_size: u64,
    data: Vec<u8>,
    strings: Vec<u8>,
    /// Offset in the data, and whether it is one of code, of data or of strings, with the offset there.
    pointers: Vec<(u64, To, u64)>,
    /// Symbols of data: name, offset, size.
    symbols: Vec<(String, u64, u64)>,
    functions: Vec<(String, u64)>,
    /// Where code refers to data: offset in each.
    references: Vec<(u64, i64)>,
    /// klp relocations: object, section, offset, symbol.
    klp: Vec<(String, usize, u64, u32)>,
}

#[derive(Clone, Copy, PartialEq)]
enum To {
    Text,
    Data,
    Strings,
}

impl Maker {
    pub(super) fn new() -> Self {
        Self::of(X86_64)
    }

    /// Begins one for a machine.
    pub(super) fn of(machine: (Endianness, u16)) -> Self {
        let mut module = Module::empty(machine);
        let text = module.section(".text", TEXT, &calls(machine, 64));
        module.global("klp_enable_patch", Place::Undefined, 0);

        Self {
            machine,
            modinfo: b"livepatch=Y\0license=GPL\0depends=\0name=test\0vermagic=7.3.4 SMP\0"
                .to_vec(),
            module,
            text,
            text_size: 0,
            data: Vec::new(),
            strings: Vec::new(),
            pointers: Vec::new(),
            symbols: Vec::new(),
            functions: Vec::new(),
            references: Vec::new(),
            klp: Vec::new(),
        }
    }

    /// Adds data of that size, and returns its offset.
    pub(super) fn data(&mut self, name: &str, size: u64) -> u64 {
        let offset = self.data.len() as u64;
        self.data.resize((offset + size) as usize, 0);
        self.symbols.push((name.to_owned(), offset, size));
        offset
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        let offset = offset as usize;
        self.data[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn string(&mut self, at: u64, text: &str) {
        self.pointers
            .push((at, To::Strings, self.strings.len() as u64));
        self.strings.extend(text.as_bytes());
        self.strings.push(0);
    }

    pub(super) fn pointer(&mut self, at: u64, offset: u64) {
        self.pointers.push((at, To::Data, offset));
    }

    /// Has the code refer to data, as an instruction does that ends behind its operand.
    pub(super) fn refer(&mut self, at: u64, offset: u64) {
        self.references.push((at, offset as i64 - 4));
    }

    /// Adds a function, and points to it.
    pub(super) fn function(&mut self, at: u64, name: &str) {
        self.pointers.push((at, To::Text, self.text_size));
        self.functions.push((name.to_owned(), self.text_size));
        self.text_size += 16;
    }

    /// Adds a table of functions: names and sympos.
    pub(super) fn funcs(&mut self, funcs: &[(&str, u64)]) -> Funcs {
        let table = self.data("funcs", FUNC * (funcs.len() as u64 + 1));
        let mut entry = table;
        for (name, sympos) in funcs {
            self.string(entry, name);
            self.function(entry + 8, &format!("new_{name}"));
            let sympos = match self.machine.0 {
                Endianness::Little => sympos.to_le_bytes(),
                Endianness::Big => sympos.to_be_bytes(),
            };
            self.write(entry + 16, &sympos);
            entry += FUNC;
        }
        Funcs(table)
    }

    /// Adds a patch of these objects, and returns its offset.
    pub(super) fn patch(&mut self, objects: &[(Option<&str>, Funcs)]) -> u64 {
        let table = self.data("objects", OBJECT * (objects.len() as u64 + 1));
        let mut entry = table;
        for (name, funcs) in objects {
            if let Some(name) = name {
                self.string(entry, name);
            }
            self.pointer(entry + 8, funcs.0);
            entry += OBJECT;
        }
        let patch = self.data("patch", PATCH);
        self.pointer(patch + 8, table);
        patch
    }

    /// Adds a symbol that the livepatch core is to resolve.
    pub(super) fn klp_symbol(&mut self, name: &str) -> u32 {
        self.module.symbol(Symbol {
            name: name.to_owned().into(),
            st_info: STB_GLOBAL << 4,
            place: Place::Reserved(SHN_LIVEPATCH),
            ..Symbol::default()
        })
    }

    /// Adds a klp relocation of an object.
    pub(super) fn klp(&mut self, object: &str, section: usize, offset: u64, symbol: u32) {
        self.klp.push((object.to_owned(), section, offset, symbol));
    }

    /// Adds the use of an unexported symbol in the code.
    pub(super) fn uses(&mut self, object: &str, symbol: &str) {
        let symbol = self.klp_symbol(symbol);
        self.klp(object, self.text, 104, symbol);
    }

    /// Finishes the module.
    pub(super) fn bytes(self) -> Vec<u8> {
        let Self {
            machine,
            modinfo,
            mut module,
            text,
            data,
            strings,
            pointers,
            symbols,
            functions,
            references,
            klp,
            ..
        } = self;
        module.section(".modinfo", RODATA, &modinfo);
        let data = module.section(".data", DATA, &data);
        let strings = module.section(".rodata.str", RODATA, &strings);
        for (name, offset, size) in symbols {
            module.local(&name, STT_OBJECT, data, offset, size);
        }
        for (name, offset) in functions {
            module.local(&name, STT_FUNC, text, offset, 16);
        }
        let sections = [(To::Text, text), (To::Data, data), (To::Strings, strings)]
            .map(|(to, section)| (to, module.local("", STT_SECTION, section, 0, 0)));
        let relocations: Vec<_> = pointers
            .into_iter()
            .map(|(at, to, offset)| {
                let symbol = sections
                    .iter()
                    .find(|(section, _)| *section == to)
                    .unwrap()
                    .1;
                (at, symbol, address(machine), offset as i64)
            })
            .collect();
        module.relocations(data, &relocations);
        let data_symbol = sections[1].1;
        let references: Vec<_> = references
            .into_iter()
            .map(|(at, addend)| (at, data_symbol, R_X86_64_PC32, addend))
            .collect();
        if !references.is_empty() {
            module.relocations(text, &references);
        }
        for (object, section, r_offset, r_sym) in klp {
            let name = format!(".klp.rela.{object}.{}", module.file.sections[section].name);
            let relocation = Relocation {
                r_offset,
                r_sym,
                r_type: match module.file.sections[section].sh_flags & u64::from(SHF_EXECINSTR) {
                    0 => address(machine),
                    _ => call(machine),
                },
                r_addend: -4,
            };
            let index = match module.file.section_by_name(&name) {
                Some((index, _)) => index,
                None => module.file.push_section(Section {
                    name: name.into(),
                    sh_type: SHT_RELA,
                    sh_flags: u64::from(SHF_ALLOC | SHF_INFO_LINK) | SHF_RELA_LIVEPATCH,
                    sh_addralign: 8,
                    sh_entsize: 24,
                    sh_link: module.file.symtab().unwrap() as u32,
                    sh_info: section as u32,
                    ..Section::default()
                }),
            };
            let mut relocations: Vec<_> = module.file.relocations(index).unwrap().iter().collect();
            relocations.push(relocation);
            module.file.set_relocations(index, &relocations);
        }
        module.bytes()
    }
}
