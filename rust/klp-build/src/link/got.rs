// SPDX-License-Identifier: GPL-2.0

//! A GOT of the module's own, for symbols that have another address whenever their module is loaded.
//!
//! Position-independent code, as s390 has it, loads the address of a symbol from an entry of the GOT:
//!
//! ```text
//! lgrl %r1,sym@GOTENT ─► an entry that the loader makes, with the first address that it sees
//! lgrl %r1,.livepatch.got+8, and there a klp relocation to sym, which is applied each time
//! ```

use std::collections::HashMap;

use livepatch_elf::elf::{
    EM_S390, R_390_64, R_390_GOTENT, R_390_GOTPLTENT, R_390_PC16DBL, R_390_PC32DBL, R_390_PLT16DBL,
    R_390_PLT32DBL, SHF_ALLOC, SHF_INFO_LINK, SHF_WRITE, SHT_PROGBITS, SHT_RELA, STB_LOCAL,
    STT_OBJECT,
};
use livepatch_elf::{File, Place, Relocation, Section, Symbol};

use super::convert::{nothing, RELA_SIZE};

/// The names of the section, of its relocations and of its symbol.
const SECTION: &str = ".livepatch.got";
const RELA: &str = ".rela.livepatch.got";
const SYMBOL: &str = "livepatch_got";

/// The size of an entry.
const ENTRY: u64 = 8;

/// Entries that are being collected.
pub struct Got {
    e_machine: u16,
    /// The index that the symbol is going to have.
    symbol: u32,
    /// The symbols that have entries, and their objects, in the order of the entries.
    entries: Vec<(u32, String)>,
    known: HashMap<u32, u64>,
}

/// The klp relocations of objects.
type OfObjects = Vec<(String, Vec<Relocation>)>;

/// What becomes of a relocation to a symbol of a module.
pub enum Late {
    /// It is a klp relocation.
    Klp(Relocation),
    /// It is an ordinary one, to an entry of the GOT.
    Entry(Relocation),
}

impl Got {
    /// Begins without an entry; no symbol may be added to the file until [`Self::finish`].
    pub fn new(file: &File<'_>) -> Self {
        Self {
            e_machine: file.header.e_machine,
            symbol: u32::try_from(file.symbols.len()).unwrap_or(u32::MAX),
            entries: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Says what becomes of a relocation to a symbol of the module `object`.
    pub fn late(&mut self, relocation: Relocation, object: &str) -> Late {
        if self.e_machine != EM_S390 {
            return Late::Klp(relocation);
        }
        match relocation.r_type {
            // The loader would keep an entry of the PLT just so, for what is too far away. Modules are near each other.
            R_390_PLT16DBL => Late::Klp(Relocation {
                r_type: R_390_PC16DBL,
                ..relocation
            }),
            R_390_PLT32DBL => Late::Klp(Relocation {
                r_type: R_390_PC32DBL,
                ..relocation
            }),
            R_390_GOTENT | R_390_GOTPLTENT => {
                let next = self.entries.len() as u64 * ENTRY;
                let entry = *self.known.entry(relocation.r_sym).or_insert_with(|| {
                    self.entries.push((relocation.r_sym, object.to_owned()));
                    next
                });

                Late::Entry(Relocation {
                    r_sym: self.symbol,
                    r_type: R_390_PC32DBL,
                    // No GOT is that large.
                    r_addend: relocation.r_addend.wrapping_add_unsigned(entry),
                    ..relocation
                })
            }
            _ => Late::Klp(relocation),
        }
    }

    /// Adds the section and its symbol, if there are entries; returns the section and, for each object, its klp relocations.
    pub fn finish(self, file: &mut File<'_>) -> Option<(usize, OfObjects)> {
        if self.entries.is_empty() {
            return None;
        }
        let size = self.entries.len() as u64 * ENTRY;
        let section = file.push_section(Section {
            name: SECTION.into(),
            sh_type: SHT_PROGBITS,
            sh_flags: (SHF_ALLOC | SHF_WRITE).into(),
            sh_addralign: ENTRY,
            contents: vec![0; self.entries.len() * ENTRY as usize].into(),
            ..Section::default()
        });
        // The one that is nothing, without which some tools lose the klp relocations.
        let relocations = file.push_section(Section {
            name: RELA.into(),
            sh_type: SHT_RELA,
            sh_flags: SHF_INFO_LINK.into(),
            sh_addralign: 8,
            sh_entsize: RELA_SIZE,
            sh_link: file.symtab().map_or(0, |symtab| symtab as u32),
            sh_info: section as u32,
            ..Section::default()
        });
        file.set_relocations(relocations, &[nothing(self.e_machine)]);
        file.symbols.push(Symbol {
            name: SYMBOL.into(),
            st_info: (STB_LOCAL << 4) | STT_OBJECT,
            place: Place::Section(section),
            st_size: size,
            ..Symbol::default()
        });

        let mut objects = OfObjects::new();
        for (entry, (r_sym, object)) in self.entries.into_iter().enumerate() {
            let relocation = Relocation {
                r_offset: entry as u64 * ENTRY,
                r_sym,
                r_type: R_390_64,
                r_addend: 0,
            };
            match objects.iter_mut().find(|(name, _)| *name == object) {
                Some((_, relocations)) => relocations.push(relocation),
                None => objects.push((object, vec![relocation])),
            }
        }
        Some((section, objects))
    }
}
