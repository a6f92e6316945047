// SPDX-License-Identifier: GPL-2.0

use std::fs;
use std::io::Write;
use std::os::unix::fs::{symlink, PermissionsExt};

use super::testing::{Maker, RELEASE};
use super::*;
use crate::system::fake::Machine;

fn open(machine: &Machine, path: &str) -> Result<ModuleFile, ModuleFileError> {
    ModuleFile::open(&machine.system().root, path)
}

/// Returns what is said of bytes that are no livepatch.
fn refusal(bytes: &[u8]) -> String {
    let machine = Machine::new();
    machine.write("fix.ko", bytes);

    open(&machine, "/fix.ko").unwrap_err().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // One stored block is enough to be gzip.
    let length = u16::try_from(bytes.len()).unwrap();
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    out.write_all(&length.to_le_bytes()).unwrap();
    out.write_all(&(!length).to_le_bytes()).unwrap();
    out.write_all(bytes).unwrap();
    out.write_all(&(!crc).to_le_bytes()).unwrap();
    out.write_all(&u32::from(length).to_le_bytes()).unwrap();
    out
}

#[test]
fn a_livepatch_says_what_it_is() {
    let machine = Machine::new();
    let bytes = Maker::livepatch("my_fix")
        .section(".kpatch.checksum", b"abc\0")
        .bytes();
    machine.write("other-name.ko", &bytes);
    let module = open(&machine, "/other-name.ko").unwrap();

    assert_eq!(module.name(), "my_fix");
    assert_eq!(module.release(), RELEASE);
    assert_eq!(module.vermagic(), "7.3.4 SMP preempt mod_unload ");
    assert_eq!(module.checksum(), Some("abc"));
    assert!(module.note().is_none());
    assert_eq!(module.image(), bytes);
    assert_eq!(module.stored(), bytes);
    assert!(module.check_release(RELEASE).is_ok());
    assert!(module.check_release("7.3.5").is_err());
    assert_eq!(module.livepatch().unwrap().funcs().count(), 0);
}

#[test]
fn the_name_of_struct_module_counts() {
    let machine = Machine::new();
    machine.write("a.ko", Maker::livepatch("real").with("name=said").bytes());
    machine.write(
        "b.ko",
        Maker {
            name: None,
            ..Maker::livepatch("said")
        }
        .bytes(),
    );

    assert_eq!(open(&machine, "/a.ko").unwrap().name(), "real");
    assert_eq!(open(&machine, "/b.ko").unwrap().name(), "said");
}

#[test]
fn what_is_compressed_is_stored_so_and_loaded_uncompressed() {
    let machine = Machine::new();
    let bytes = Maker::livepatch("fix").bytes();
    let compressed = gzip(&bytes);
    machine.write("fix.ko.gz", &compressed);
    let module = open(&machine, "/fix.ko.gz").unwrap();

    assert_eq!(module.image(), bytes);
    assert_eq!(module.stored(), compressed);
}

#[test]
fn each_fault_has_its_message() {
    let livepatch = || Maker::livepatch("fix");
    let nameless = Maker {
        name: None,
        ..livepatch()
    };
    let mut not_relocatable = livepatch().bytes();
    not_relocatable[16] = 3;
    for (bytes, message) in [
        (
            livepatch().without("livepatch").bytes(),
            "it is no livepatch",
        ),
        (
            livepatch().with("livepatch=N").bytes(),
            "it is no livepatch",
        ),
        (livepatch().without("vermagic").bytes(), "has no vermagic"),
        (nameless.without("name").bytes(), "does not say the name"),
        (
            Maker::livepatch(&"x".repeat(56)).bytes(),
            "is no name of a module",
        ),
        (Maker::livepatch("a/b").bytes(), "is no name of a module"),
        (Maker::livepatch("a b").bytes(), "is no name of a module"),
        (
            Maker::livepatch("a\u{e9}").bytes(),
            "is no name of a module",
        ),
        (Maker::livepatch(".").bytes(), "is no name of a module"),
        (Vec::new(), "it is no ELF file"),
        (b"#!/bin/sh\n".to_vec(), "it is no ELF file"),
        (b"\x7fELF\x01\x01".to_vec(), "32 bits"),
        (
            livepatch().bytes()[..64].to_vec(),
            "table of sections is damaged",
        ),
        (not_relocatable, "it is no relocatable file"),
        (
            gzip(&livepatch().bytes())[..40].to_vec(),
            "cannot be uncompressed",
        ),
        (
            b"\x28\xb5\x2f\xfdnonsense".to_vec(),
            "cannot be uncompressed",
        ),
        (b"\xfd7zXZ\0nonsense".to_vec(), "cannot be uncompressed"),
    ] {
        let refusal = refusal(&bytes);
        assert!(refusal.contains(message), "{message}: {refusal}");
        assert!(refusal.contains("fix.ko"), "{refusal}");
    }
}

#[test]
fn no_cut_makes_it_fail_otherwise() {
    let bytes = Maker::livepatch("fix").bytes();
    for length in (0..bytes.len()).step_by(7) {
        let refusal = refusal(&bytes[..length]);
        assert!(refusal.contains("fix.ko"), "{length}: {refusal}");
    }
}

#[test]
fn what_has_no_end_is_too_big() {
    let machine = Machine::new();
    let file = fs::File::create(machine.path().join("fix.ko")).unwrap();
    file.set_len(MAX_SIZE as u64 + 1).unwrap();

    let error = open(&machine, "/fix.ko").unwrap_err().to_string();
    assert!(error.contains("File too large"), "{error}");
}

#[test]
fn only_regular_files_are_opened() {
    let machine = Machine::new();
    machine.directory("directory.ko");
    let fifo = machine.path().join("fifo.ko");
    let mode = Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    for path in ["/directory.ko", "/fifo.ko", "/", "/directory.ko/"] {
        let error = open(&machine, path).unwrap_err().to_string();
        assert!(error.contains("is no regular file"), "{error}");
    }
    let error = open(&machine, "/fifo.ko/fix.ko").unwrap_err().to_string();
    assert!(error.contains("Not a directory"), "{error}");
    assert!(open(&machine, "/nothing.ko").unwrap_err().is_not_found());
}

#[test]
fn nobody_else_may_be_able_to_write_it() {
    for (path, mode, is_good) in [
        ("a/b/fix.ko", 0o644, true),
        ("a/b/fix.ko", 0o600, true),
        ("a/b/fix.ko", 0o664, false),
        ("a/b/fix.ko", 0o646, false),
        ("a/b", 0o755, true),
        ("a/b", 0o775, false),
        ("a/b", 0o777, false),
        ("a/b", 0o1777, true),
        ("a", 0o775, false),
        ("a", 0o757, false),
        ("a", 0o1777, true),
    ] {
        let machine = Machine::new();
        machine.write("a/b/fix.ko", Maker::livepatch("fix").bytes());
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(machine.path().join(path), permissions).unwrap();
        let result = open(&machine, "/a/b/fix.ko");

        match is_good {
            true => assert!(result.is_ok(), "{path} {mode:o}: {result:?}"),
            false => {
                let error = result.unwrap_err().to_string();
                assert!(
                    error.contains("can be written by others"),
                    "{path}: {error}"
                );
                assert!(error.contains(&format!("{mode:o}")), "{path}: {error}");
            }
        }
    }
}

#[test]
fn nobody_else_may_own_it() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for path in ["a/b/fix.ko", "a/b", "a"] {
        let machine = Machine::new();
        machine.write("a/b/fix.ko", Maker::livepatch("fix").bytes());
        std::os::unix::fs::chown(machine.path().join(path), Some(1000), None).unwrap();
        let error = open(&machine, "/a/b/fix.ko").unwrap_err().to_string();

        assert!(error.contains("belongs to user 1000"), "{error}");
    }
}

#[test]
fn links_are_followed_as_far_as_they_are_safe() {
    let machine = Machine::new();
    machine.write("real/fix.ko", Maker::livepatch("fix").bytes());
    let path = machine.path();
    symlink("real", path.join("relative")).unwrap();
    symlink("/real/../real/./fix.ko", path.join("absolute.ko")).unwrap();
    symlink("../../../real/fix.ko", path.join("real/above.ko")).unwrap();
    symlink("loop.ko", path.join("loop.ko")).unwrap();
    symlink("nothing", path.join("dangling.ko")).unwrap();

    for good in [
        "/relative/fix.ko",
        "/absolute.ko",
        "/real/above.ko",
        "/relative/../real/fix.ko",
        "real/fix.ko",
    ] {
        assert_eq!(open(&machine, good).unwrap().name(), "fix", "{good}");
    }
    let error = open(&machine, "/loop.ko").unwrap_err().to_string();
    assert!(
        error.contains("Too many levels of symbolic links"),
        "{error}"
    );
    assert!(open(&machine, "/dangling.ko").unwrap_err().is_not_found());
}

#[test]
fn a_link_into_what_others_can_write_is_refused() {
    let machine = Machine::new();
    machine.write("open/fix.ko", Maker::livepatch("fix").bytes());
    let path = machine.path();
    fs::set_permissions(path.join("open"), fs::Permissions::from_mode(0o777)).unwrap();
    symlink("/open/fix.ko", path.join("fix.ko")).unwrap();

    let error = open(&machine, "/fix.ko").unwrap_err().to_string();
    assert!(error.contains("can be written by others"), "{error}");
}

#[test]
fn names_are_those_of_modules() {
    for good in [
        "a",
        "my_fix",
        "my-fix",
        "livepatch_14_1",
        "9",
        &"x".repeat(55),
    ] {
        assert!(is_module_name(good), "{good}");
    }
    for bad in [
        "",
        ".",
        "..",
        "a.b",
        "a/b",
        "a b",
        "a\n",
        "\u{e9}",
        "a\0",
        &"x".repeat(56),
    ] {
        assert!(!is_module_name(bad), "{bad:?}");
    }
}
