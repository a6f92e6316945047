// SPDX-License-Identifier: GPL-2.0

//! Tests of reading, changing and writing.

use std::io::Write;

use object::elf::*;
use object::Endianness;

use crate::testing::{dump, Module, DATA, DEBUG, MACHINES, RODATA, TEXT};
use crate::{read, Compression, Error, File, Place, ReadError, Section, MAX_NAME};

/// A module with a bit of everything.
fn module(machine: (Endianness, u16)) -> Vec<u8> {
    let mut module = Module::livepatch(machine);
    let text = module.section(".text", TEXT, &[0x90; 32]);
    let strings = module.section(".rodata.str1.1", RODATA, b"vmlinux\0cmdline_proc_show\0");
    let data = module.section(".data", DATA, &[0; 16]);
    let printk = module.global("_printk", Place::Undefined, 0);
    let function = module.local("replacement", STT_FUNC, text, 0, 32);
    let string = module.local("", STT_SECTION, strings, 0, 0);
    module.relocations(text, &[(4, printk, 4, -4), (12, function, 2, 8)]);
    module.relocations(data, &[(8, string, 1, 8)]);
    module.section(".debug_info", DEBUG, b"debug");
    module.file.push_section(Section {
        name: ".bss".into(),
        sh_type: SHT_NOBITS,
        sh_flags: DATA.into(),
        sh_addralign: 64,
        contents: crate::Contents::NoBits(1 << 40),
        ..Section::default()
    });
    module.bytes()
}

#[test]
fn what_is_read_and_written_is_the_same() {
    for machine in MACHINES {
        let bytes = module(machine);
        let file = File::parse(&bytes).unwrap();
        let again = file.write().unwrap();
        assert_eq!(bytes, again, "{machine:?}");
        assert_eq!(file.endian(), machine.0);
        assert_eq!(file.header.e_machine, machine.1);
        assert_eq!(file.section_by_name(".bss").unwrap().1.size(), 1 << 40);
    }
}

#[test]
fn an_address_is_followed_to_its_string() {
    for machine in MACHINES {
        let bytes = module(machine);
        let file = File::parse(&bytes).unwrap();
        let (data, _) = file.section_by_name(".data").unwrap();
        let relocations = file.relocations_to(data).unwrap();
        let (section, offset) = file.target(&relocations[0]).unwrap();
        assert_eq!(file.string_at(section, offset), Some("cmdline_proc_show"));
        assert_eq!(file.string_at(section, 1 << 50), None);
        assert_eq!(file.symbol_name(relocations[0].r_sym), ".rodata.str1.1");
        assert_eq!(file.modinfo_value("vermagic"), Some("7.3.4 SMP"));
        assert_eq!(file.modinfo_value("nothing"), None);
    }
}

#[test]
fn a_section_goes_and_all_others_are_found() {
    for machine in MACHINES {
        let bytes = module(machine);
        let mut file = File::parse(&bytes).unwrap();
        let before = dump(&file);
        let text = file.section_by_name(".text").unwrap().0;
        let error = file.retain_sections(|index, _| index != text).unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error}");
        assert_eq!(dump(&file), before);

        // What comes before everything else, and nothing refers to.
        file.retain_sections(|_, section| section.name != ".modinfo")
            .unwrap();
        let bytes = file.write().unwrap();
        let file = File::parse(&bytes).unwrap();
        let (data, _) = file.section_by_name(".data").unwrap();
        let relocations = file.relocations_to(data).unwrap();
        let (section, offset) = file.target(&relocations[0]).unwrap();
        assert_eq!(file.string_at(section, offset), Some("cmdline_proc_show"));
        let (text, _) = file.section_by_name(".text").unwrap();
        assert_eq!(file.relocations_to(text).unwrap().len(), 2);
    }
}

#[test]
fn a_symbol_goes_and_all_others_are_found() {
    for machine in MACHINES {
        let bytes = module(machine);
        let mut file = File::parse(&bytes).unwrap();
        let before = dump(&file);
        let error = file
            .retain_symbols(|_, symbol| symbol.name != "_printk")
            .unwrap_err();
        assert!(matches!(error, Error::InUse { .. }), "{error}");
        assert_eq!(dump(&file), before);

        let (rela, _) = file.section_by_name(".rela.text").unwrap();
        let stay: Vec<_> = file.relocations(rela).unwrap().iter().skip(1).collect();
        file.set_relocations(rela, &stay);
        file.retain_symbols(|_, symbol| symbol.name != "_printk")
            .unwrap();
        let bytes = file.write().unwrap();
        let file = File::parse(&bytes).unwrap();
        let relocation = file.relocations(rela).unwrap().get(0).unwrap();
        assert_eq!(file.symbol_name(relocation.r_sym), "replacement");
        assert_eq!(relocation.r_addend, 8);
    }
}

#[test]
fn groups_follow_sections_and_symbols() {
    let mut module = Module::empty(MACHINES[1]);
    let first = module.section(".first", DATA, b"1");
    let member = module.section(".member", DATA, b"2");
    module.global("goes", Place::Section(first), 0);
    let signature = module.global("signature", Place::Section(member), 0);
    let symtab = module.file.symtab().unwrap();
    let words = [GRP_COMDAT.to_be_bytes(), (member as u32).to_be_bytes()];
    let group = Section {
        name: ".group".into(),
        sh_type: SHT_GROUP,
        sh_link: symtab as u32,
        sh_info: signature,
        contents: words.concat().into(),
        ..Section::default()
    };
    module.file.push_section(group);
    let mut file = module.file;
    file.retain_symbols(|_, symbol| symbol.name != "goes")
        .unwrap();
    file.retain_sections(|index, _| index != first).unwrap();
    let (_, group) = file.section_by_name(".group").unwrap();
    assert_eq!(file.symbol_name(group.sh_info), "signature");
    assert_eq!(group.bytes()[4..], (member as u32 - 1).to_be_bytes());
}

#[test]
fn local_symbols_come_first() {
    let bytes = module(MACHINES[0]);
    let file = File::parse(&bytes).unwrap();
    let names: Vec<_> = file.symbols.iter().map(|symbol| &*symbol.name).collect();
    assert_eq!(names, ["", "replacement", "", "_printk"]);
    let (_, symtab) = file.section_by_name(".symtab").unwrap();
    assert_eq!(symtab.sh_info, 3);
}

#[test]
fn a_signature_is_apart() {
    let module = module(MACHINES[0]);
    let mut bytes = module.clone();
    bytes.extend_from_slice(b"signature");
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&9_u32.to_be_bytes());
    bytes.extend_from_slice(livepatch_abi::signature::MAGIC);
    let file = File::parse(&bytes).unwrap();
    assert!(file.is_signed());
    assert!(file.signature().starts_with(b"signature"));
    assert_eq!(file.write().unwrap(), module);

    let magic = bytes.len() - livepatch_abi::signature::MAGIC.len();
    bytes[magic - 4..magic].fill(0xff);
    assert_eq!(
        File::parse(&bytes).unwrap_err(),
        Error::Damaged("signature")
    );
}

#[test]
fn an_extended_section_index_is_followed() {
    let mut module = Module::empty(MACHINES[1]);
    let text = module.section(".text", TEXT, b"1234");
    module.global("function", Place::Reserved(SHN_XINDEX), 0);
    let symtab = module.file.symtab().unwrap();
    module.file.push_section(Section {
        name: ".symtab_shndx".into(),
        sh_type: SHT_SYMTAB_SHNDX,
        sh_link: symtab as u32,
        contents: vec![0; 8].into(),
        ..Section::default()
    });
    let mut bytes = module.bytes();
    let headers = u64::from_be_bytes(bytes[0x28..0x30].try_into().unwrap()) as usize;
    let header = headers + 64 * (text + 1);
    let at = u64::from_be_bytes(bytes[header + 0x18..header + 0x20].try_into().unwrap()) as usize;
    bytes[at + 4..at + 8].copy_from_slice(&(text as u32).to_be_bytes());
    let file = File::parse(&bytes).unwrap();
    assert_eq!(file.symbols[1].place, Place::Section(text));
    // As it is no longer needed, it is not used.
    let again = file.write().unwrap();
    let again = File::parse(&again).unwrap();
    assert_eq!(again.symbols[1].place, Place::Section(text));
}

#[test]
fn one_table_can_have_all_names() {
    let mut module = Module::empty(MACHINES[0]);
    let text = module.section(".text", TEXT, b"1234");
    module.global("function", Place::Section(text), 0);
    let symtab = module.file.symtab().unwrap();
    module.file.sections[symtab].sh_link = module.file.shstrtab as u32;
    let bytes = module.bytes();
    let file = File::parse(&bytes).unwrap();
    assert_eq!(file.symbols[1].name, "function");
    assert!(file.section_by_name(".text").is_some());
}

#[test]
fn what_is_no_module_is_refused() {
    let parse = |bytes: &[u8]| File::parse(bytes).unwrap_err();
    assert_eq!(parse(b""), Error::NotElf);
    assert_eq!(parse(b"\x7fELF\x01rest"), Error::Not64Bit);
    assert_eq!(parse(b"\x7fELF\x02"), Error::Damaged("header"));

    let mut file = File::new(Endianness::Little, EM_X86_64);
    file.header.e_type = ET_EXEC;
    assert_eq!(file.write(), Err(Error::NotRelocatable(ET_EXEC)));
    let mut file = File::new(Endianness::Little, EM_X86_64);
    file.sections.resize(65_280, Section::default());
    assert_eq!(file.write(), Err(Error::TooManySections(65_280)));

    let mut module = Module::empty(MACHINES[0]);
    let section = module.section("x", DATA, b"x");
    module.file.sections[section].sh_addralign = 1 << 21;
    let error = module.file.write().unwrap_err();
    assert!(matches!(error, Error::Alignment { .. }), "{error}");

    let mut module = Module::empty(MACHINES[0]);
    module.section("x", DATA, &[0; 4096]);
    module.section(&"y".repeat(MAX_NAME + 1), DATA, b"");
    let error = File::parse(&module.bytes()).unwrap_err();
    assert!(matches!(error, Error::Name { index: 5, .. }), "{error}");
}

#[test]
fn sections_that_overlap_are_refused() {
    let mut module = Module::empty(MACHINES[0]);
    module.section("x", DATA, &[0; 4096]);
    module.section("y", DATA, &[0; 4096]);
    let mut bytes = module.bytes();
    let headers = u64::from_le_bytes(bytes[0x28..0x30].try_into().unwrap()) as usize;
    for section in [4, 5] {
        // From the beginning, and nearly all of it.
        let header = headers + 64 * section;
        bytes[header + 0x18..header + 0x20].fill(0);
        bytes[header + 0x20..header + 0x28].copy_from_slice(&8192_u64.to_le_bytes());
    }
    assert_eq!(File::parse(&bytes).unwrap_err(), Error::Overlap);
    bytes[headers + 64 * 5 + 0x20..][..8].fill(0xff);
    let error = File::parse(&bytes).unwrap_err();
    assert!(matches!(error, Error::SectionOutside { .. }), "{error}");
}

/// Whatever the bytes are, nothing may panic, and what can be written can be read.
#[test]
fn damage_does_no_harm() {
    for machine in MACHINES {
        let bytes = module(machine);
        for at in 0..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let Ok(mut file) = File::parse(&bytes) else {
                    continue;
                };
                for index in 0..file.sections.len() {
                    let _ = file.relocations_to(index);
                    let _ = file.string_at(index, 3);
                }
                let _ = file.retain_sections(|_, section| section.name != ".text");
                let _ = file.retain_symbols(|_, symbol| symbol.name != "_printk");
                let _ = file.sort_symbols();
                if let Ok(written) = file.write() {
                    File::parse(&written).unwrap();
                }
            }
        }
        for end in 0..bytes.len() {
            let _ = File::parse(&bytes[..end]);
        }
    }
}

#[test]
fn a_compressed_file_is_uncompressed() {
    let module = module(MACHINES[0]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("module");
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
    xz.write_all(&module).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&module).unwrap();
    let files = [
        (module.clone(), Compression::None),
        (xz.finish().unwrap(), Compression::Xz),
        (
            zstd::encode_all(module.as_slice(), 3).unwrap(),
            Compression::Zstd,
        ),
        (gzip.finish().unwrap(), Compression::Gzip),
    ];
    for (bytes, compression) in files {
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&path).unwrap(), (module.clone(), compression));
        if compression != Compression::None {
            std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
            let error = read(&path).unwrap_err();
            assert!(matches!(error, ReadError::Compressed { .. }), "{error}");
        }
    }
    let missing = read(&directory.path().join("missing")).unwrap_err();
    assert!(missing.to_string().contains("missing"), "{missing}");
}

#[test]
fn a_bomb_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("module.zst");
    let mut encoder = zstd::Encoder::new(std::fs::File::create(&path).unwrap(), 1).unwrap();
    for _ in 0..257 {
        encoder.write_all(&[0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap();
    let error = read(&path).unwrap_err();
    assert!(matches!(error, ReadError::TooBig { .. }), "{error}");
}
