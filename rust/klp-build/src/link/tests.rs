// SPDX-License-Identifier: GPL-2.0

//! Tests of linking: what comes out, and what is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use livepatch_abi::note::{FIXES_SECTION, SECTION};
use livepatch_abi::signature;
use livepatch_abi::unexported::{UNLINKED, UNLINKED_MARK};
use livepatch_elf::elf::*;
use livepatch_elf::note::Note;
use livepatch_elf::testing::{
    address, call, calls, dump, Module, DATA, DEBUG, MACHINES, RODATA, TEXT,
};
use livepatch_elf::{Endianness, File, Place, Symbol};

use super::*;

mod machines;
mod refusals;

const FOO: &str = "livepatch_unexported.vmlinux.0.foo";
const BAR: &str = "livepatch_unexported.af_packet.2.bar.isra.0";
const FIXES: &[u8] = b"version=1-2\0fix=one\0title=A title\0function=vmlinux:show,0\0";

fn origin() -> Origin<'static> {
    Origin {
        path: Path::new("dir/some-file.ko"),
        build_id: Some("5d1c"),
        date: 1_790_000_000,
    }
}

/// A livepatch with references to unexported symbols of all kinds, and fixes.
fn livepatch(machine: (Endianness, u16)) -> Module {
    let mut module = Module::livepatch(machine);
    let text = module.section(".text", TEXT, &calls(machine, 4));
    let only = module.section(".text.only", TEXT, &calls(machine, 1));
    let data = module.section(".data", DATA, &[0; 16]);
    let fixes = module.section(FIXES_SECTION, RODATA, FIXES);
    let debug = module.section(".debug_info", DEBUG, &[0; 16]);
    let fields = module.local("fields", STT_OBJECT, fixes, 0, FIXES.len() as u64);
    module.local("", STT_SECTION, fixes, 0, 0);
    let show = module.symbol(Symbol {
        name: "show".into(),
        st_info: (STB_LOCAL << 4) | STT_FUNC,
        // On ppc64: the local entry is 8 bytes behind the global one.
        st_other: 0x60,
        place: Place::Section(text),
        st_size: 32,
        ..Symbol::default()
    });
    let foo = module.global(FOO, Place::Absolute, UNLINKED);
    let printk = module.global("_printk", Place::Undefined, 0);
    let bar = module.global(BAR, Place::Undefined, 0);
    let (call, address) = (call(machine), address(machine));
    module.relocations(
        text,
        &[
            (0, foo, call, -4),
            (8, printk, call, -4),
            (16, bar, call, -4),
            (24, foo, call, -4),
        ],
    );
    module.relocations(only, &[(0, foo, call, 3)]);
    module.relocations(data, &[(0, show, address, 0), (8, bar, address, 0)]);
    module.relocations(debug, &[(0, foo, address, 0), (8, fields, address, 0)]);
    module
}

/// Links a module, writes it, and returns its bytes.
fn linked(module: Module) -> Vec<u8> {
    let bytes = module.bytes();
    let mut file = File::parse(&bytes).unwrap();
    link(&mut file, &origin()).unwrap();
    file.write().unwrap()
}

/// What is refused in a module.
fn refused(module: Module) -> Vec<Refusal> {
    let bytes = module.bytes();
    link(&mut File::parse(&bytes).unwrap(), &origin()).unwrap_err()
}

#[test]
fn the_module_can_be_loaded_from_then_on() {
    for machine in MACHINES {
        let mut module = livepatch(machine);
        let mark = module.global(UNLINKED_MARK, Place::Absolute, UNLINKED);
        let section = module.section(".livepatch.unlinked", RODATA, &[0; 4]);
        module.relocations(section, &[(0, mark, R_X86_64_32S, 0)]);
        let bytes = linked(module);
        let file = File::parse(&bytes).unwrap();
        let (relocations, _) = file.section_by_name(".rela.livepatch.unlinked").unwrap();
        let relocation = file.relocations(relocations).unwrap().get(0).unwrap();
        assert_eq!(relocation.r_sym, 0);
        assert_eq!(relocation.r_type, crate::loader::nothing(machine.1));
        let mark = file
            .symbols
            .iter()
            .find(|symbol| symbol.name == UNLINKED_MARK)
            .unwrap();

        assert_eq!((mark.place, mark.st_value), (Place::Absolute, 0));
    }
}

const LINKED: &str = r#"1 .symtab: type 0x2 flags 0x0 align 8 link 2
2 .strtab: type 0x3 flags 0x0 align 1 link 0 info 0
3 .shstrtab: type 0x3 flags 0x0 align 1 link 0 info 0
4 .modinfo: type 0x1 flags 0x2 align 1 link 0 info 0
5 .text: type 0x1 flags 0x6 align 1 link 0 info 0
6 .text.only: type 0x1 flags 0x6 align 1 link 0 info 0
7 .data: type 0x1 flags 0x3 align 1 link 0 info 0
8 .note.livepatch: type 0x7 flags 0x2 align 4 link 0 info 0
9 .debug_info: type 0x1 flags 0x0 align 1 link 0 info 0
10 .rela.text: type 0x4 flags 0x40 align 8 link 1 info 5
  0x8: type CALL _printk-4
11 .rela.text.only: type 0x4 flags 0x40 align 8 link 1 info 6
  0x0: type NOTHING +0
12 .rela.data: type 0x4 flags 0x40 align 8 link 1 info 7
  0x0: type ADDRESS show+0
13 .klp.rela.af_packet..text: type 0x4 flags 0x100042 align 8 link 1 info 5
  0x10: type LATE .klp.sym.af_packet.bar.isra.0,2-4
14 .klp.rela.vmlinux..text: type 0x4 flags 0x100042 align 8 link 1 info 5
  0x0: type CALL .klp.sym.vmlinux.foo,0-4
  0x18: type CALL .klp.sym.vmlinux.foo,0-4
15 .klp.rela.vmlinux..text.only: type 0x4 flags 0x100042 align 8 link 1 info 6
  0x0: type CALL .klp.sym.vmlinux.foo,0+3
16 .klp.rela.af_packet..data: type 0x4 flags 0x100042 align 8 link 1 info 7
  0x8: type ADDRESS .klp.sym.af_packet.bar.isra.0,2+0
"show": info 0x2 other 0x60 Section(5) 0x0 32
".klp.sym.vmlinux.foo,0": info 0x10 other 0x0 Reserved(65312) 0x0 0
"_printk": info 0x10 other 0x0 Undefined 0x0 0
".klp.sym.af_packet.bar.isra.0,2": info 0x10 other 0x0 Reserved(65312) 0x0 0
"#;

#[test]
fn references_become_klp_relocations() {
    for machine in MACHINES {
        let bytes = linked(livepatch(machine));
        let file = File::parse(&bytes).unwrap();
        // What s390 calls through a PLT, it is to find without one when a module comes again.
        let [nothing, late] = match machine.1 {
            EM_PPC64 => [R_PPC64_TOCSAVE, R_PPC64_REL24],
            EM_S390 => [R_390_NONE, R_390_PC32DBL],
            _ => [0, call(machine)],
        };
        let mut expected = LINKED.to_owned();
        for (name, r_type) in [
            ("CALL", call(machine)),
            ("LATE", late),
            ("ADDRESS", address(machine)),
            ("NOTHING", nothing),
        ] {
            expected = expected.replace(name, &r_type.to_string());
        }
        let mut text = dump(&file);
        if machine.1 == EM_PPC64 {
            // Room for stubs, which machines::ppc64_has_room_for_stubs() looks at.
            let [start, end] = ["17 .livepatch.stubs", "\"show\""].map(|at| text.find(at).unwrap());
            text.replace_range(start..end, "");
        }
        assert_eq!(text, expected);
        assert_eq!(
            file.header.e_flags & EF_PPC64_ABI,
            match machine.1 {
                EM_PPC64 => 2,
                _ => 0,
            }
        );
    }
}

#[test]
fn fixes_become_a_note() {
    for machine in MACHINES {
        let bytes = linked(livepatch(machine));
        let file = File::parse(&bytes).unwrap();
        let (_, section) = file.section_by_name(SECTION).unwrap();
        let note = Note::parse(file.endian(), section.bytes())
            .unwrap()
            .unwrap();
        assert_eq!(note.name, "test");
        assert_eq!(note.version.as_deref(), Some("1-2"));
        assert_eq!(note.kernel, "7.3.4");
        assert_eq!(note.build_id.as_deref(), Some("5d1c"));
        assert_eq!(note.date, Some(1_790_000_000));
        assert_eq!(note.fixes.len(), 1);
        assert_eq!(note.fixes[0].functions[0].name, "show");
    }
}

#[test]
fn nothing_else_changes() {
    for machine in MACHINES {
        let before = livepatch(machine).bytes();
        let before = File::parse(&before).unwrap();
        let after = linked(livepatch(machine));
        let after = File::parse(&after).unwrap();
        for name in [".modinfo", ".text", ".text.only", ".data", ".debug_info"] {
            let (_, before) = before.section_by_name(name).unwrap();
            let (_, after) = after.section_by_name(name).unwrap();
            assert_eq!(before.contents, after.contents, "{name}");
        }
    }
}

#[test]
fn a_second_run_changes_nothing() {
    for machine in MACHINES {
        let bytes = linked(livepatch(machine));
        let mut file = File::parse(&bytes).unwrap();
        let changes = link(&mut file, &origin()).unwrap();
        assert!(!changes.any());
        assert_eq!(bytes, linked(livepatch(machine)), "not deterministic");
    }
}

#[test]
fn what_was_linked_is_added_to() {
    let bytes = linked(livepatch(MACHINES[0])).leak();
    let mut file = File::parse(bytes).unwrap();
    let (text, _) = file.section_by_name(".text").unwrap();
    let mut module = Module { file };
    let new = module.global("livepatch_unexported.vmlinux.0.new", Place::Undefined, 0);
    module.relocations(text, &[(20, new, R_X86_64_PLT32, -4)]);
    file = module.file;
    link(&mut file, &origin()).unwrap();
    let (index, _) = file.section_by_name(".klp.rela.vmlinux..text").unwrap();
    assert_eq!(file.relocations(index).unwrap().len(), 3);
}

#[test]
fn a_module_that_uses_nothing_is_not_touched() {
    let mut module = Module::empty(MACHINES[0]);
    module.section(".modinfo", RODATA, b"license=GPL\0");
    let bytes = module.bytes();
    let changes = link(&mut File::parse(&bytes).unwrap(), &origin()).unwrap();
    assert!(!changes.any());
}

#[test]
fn a_module_without_a_name_is_called_like_its_file() {
    let mut module = Module::empty(MACHINES[0]);
    module.section(".modinfo", RODATA, b"vermagic=6.1.0 SMP\0");
    module.section(FIXES_SECTION, RODATA, FIXES);
    let bytes = linked(module);
    let file = File::parse(&bytes).unwrap();
    let (_, section) = file.section_by_name(SECTION).unwrap();
    let note = Note::parse(file.endian(), section.bytes());
    assert_eq!(note.unwrap().unwrap().name, "some_file");
}

fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.extend_from_slice(&[0; 9 + signature::DESCRIPTOR - 4]);
    bytes.extend_from_slice(&9_u32.to_be_bytes());
    bytes.extend_from_slice(signature::MAGIC);
    bytes
}

#[test]
fn a_signed_module_stays_as_it_is() {
    let bytes = signed(livepatch(MACHINES[0]).bytes());
    let refusals = link(&mut File::parse(&bytes).unwrap(), &origin()).unwrap_err();
    assert_eq!(refusals, [Refusal::Signed]);

    let bytes = signed(linked(livepatch(MACHINES[0])));
    let changes = link(&mut File::parse(&bytes).unwrap(), &origin()).unwrap();
    assert!(!changes.any());
}

/// Runs the command on files.
fn command(files: &[&Path], notes: Option<&Path>) -> (Result<Status, Error>, String) {
    let mut output = Vec::new();
    let args = Args {
        kernel: None,
        notes: notes.map(Into::into),
        date: Some(1),
        files: files.iter().map(Into::into).collect(),
    };
    let status = run(&args, &mut output);
    (status, String::from_utf8(output).unwrap())
}

#[test]
fn a_file_is_replaced_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.ko");
    fs::write(&path, livepatch(MACHINES[0]).bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();

    let (status, output) = command(&[&path], None);
    assert_eq!(status.unwrap(), Status::Clean);
    assert!(
        output.ends_with(
            "test.ko: 2 unexported symbols, 5 klp relocations, 1 relocations of debug information dropped, a note\n"
        ),
        "{output}"
    );
    let first = fs::metadata(&path).unwrap();
    assert_eq!(first.mode() & 0o777, 0o640);

    let (status, output) = command(&[&path], None);
    assert_eq!(status.unwrap(), Status::Clean);
    assert_eq!(output, "");
    let second = fs::metadata(&path).unwrap();
    assert_eq!(second.ino(), first.ino());
    assert_eq!(second.modified().unwrap(), first.modified().unwrap());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_refused_stays_and_the_others_are_linked() {
    let directory = tempfile::tempdir().unwrap();
    let [bad, compressed, good] =
        ["bad.ko", "compressed.ko.gz", "good.ko"].map(|name| directory.path().join(name));
    let bytes = refusals::from(".init.text", TEXT, BAR).bytes();
    fs::write(&bad, &bytes).unwrap();
    fs::write(&good, livepatch(MACHINES[1]).bytes()).unwrap();
    fs::write(&compressed, gzip(&livepatch(MACHINES[1]).bytes())).unwrap();

    let (status, output) = command(&[&bad, &compressed, &good], None);
    assert_eq!(status.unwrap(), Status::Refused);
    let lines: Vec<_> = output.lines().collect();
    assert!(lines[0].contains("bad.ko: section .init.text"), "{output}");
    assert!(lines[1].contains("it is compressed"), "{output}");
    assert!(lines[2].contains("good.ko: 2 unexported"), "{output}");
    assert_eq!(fs::read(&bad).unwrap(), bytes);
}

/// Stores bytes as a gzip file does, uncompressed.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
        }
    }
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1];
    let length = u16::try_from(bytes.len()).unwrap();
    gzip.extend_from_slice(&length.to_le_bytes());
    gzip.extend_from_slice(&(!length).to_le_bytes());
    gzip.extend_from_slice(bytes);
    gzip.extend_from_slice(&(!crc).to_le_bytes());
    gzip.extend_from_slice(&u32::from(length).to_le_bytes());
    gzip
}

#[test]
fn a_kernel_has_a_build_id_in_its_notes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.ko");
    let notes = directory.path().join("notes");
    fs::write(&path, livepatch(MACHINES[0]).bytes()).unwrap();

    fs::write(&notes, b"nothing").unwrap();
    let (status, _) = command(&[&path], Some(&notes));
    assert!(matches!(status, Err(Error::NoBuildId { .. })));

    let note = [4_u32, 2, 3].map(u32::to_le_bytes).concat();
    fs::write(&notes, [note.as_slice(), b"GNU\0\xab\x01\0\0"].concat()).unwrap();
    let (status, _) = command(&[&path], Some(&notes));
    assert_eq!(status.unwrap(), Status::Clean);
    let bytes = fs::read(&path).unwrap();
    let file = File::parse(&bytes).unwrap();
    let (_, section) = file.section_by_name(SECTION).unwrap();
    let note = Note::parse(file.endian(), section.bytes()).unwrap();
    assert_eq!(note.unwrap().build_id.as_deref(), Some("ab01"));
}

#[test]
fn what_is_no_module_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.ko");
    fs::write(&path, b"text").unwrap();
    let (status, _) = command(&[&path], None);
    let error = status.unwrap_err().to_string();
    assert!(error.ends_with("test.ko: it is no ELF file"), "{error}");
}

/// Whatever the bytes are, nothing may panic, and what is written can be read.
#[test]
fn damage_does_no_harm() {
    for machine in MACHINES {
        let bytes = livepatch(machine).bytes();
        for at in 0..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                let Ok(mut file) = File::parse(&bytes) else {
                    continue;
                };
                if link(&mut file, &origin()).is_ok() {
                    if let Ok(written) = file.write() {
                        File::parse(&written).unwrap();
                    }
                }
            }
        }
    }
}

/// A module of a thousand functions and ten thousand relocations takes no noticeable time.
#[test]
fn large_modules_are_linked_quickly() {
    let mut module = Module::livepatch(MACHINES[0]);
    let text = module.section(".text", TEXT, &vec![0; 100_000]);
    let mut relocations = Vec::new();
    for index in 0..1000_u32 {
        module.local(
            &format!("function_{index}"),
            STT_FUNC,
            text,
            u64::from(index) * 100,
            100,
        );
        let name = format!("livepatch_unexported.object{}.0.symbol_{index}", index % 7);
        let symbol = module.global(&name, Place::Absolute, UNLINKED);
        relocations.extend((0..10).map(|slot| {
            let offset = u64::from(index) * 100 + slot * 8;
            (offset, symbol, 4, -4)
        }));
    }
    module.relocations(text, &relocations);
    let bytes = module.bytes();
    let start = std::time::Instant::now();
    let mut file = File::parse(&bytes).unwrap();
    let changes = link(&mut file, &origin()).unwrap();
    let written = file.write().unwrap();
    let took = start.elapsed();
    assert_eq!((changes.symbols, changes.relocations), (1000, 10_000));
    assert!(File::parse(&written).is_ok());
    // Even without optimisation, and on a machine that does something else.
    assert!(took.as_secs() < 2, "{took:?}");
    println!("linked in {took:?}");
}
