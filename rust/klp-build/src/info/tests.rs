// SPDX-License-Identifier: GPL-2.0

//! Tests of what is printed.

use std::path::Path;

use livepatch_elf::note::{make, Build};
use livepatch_elf::testing::{Module, MACHINES, RODATA};

use super::*;

const FIXES: &[u8] =
    b"version=3-1\0replace=yes\0fix=one\0title=net: \x1b[31mred\0cve=CVE-2026-12345\0reference=bsc#1\0\
      severity=important\0function=vmlinux:foo,0\0function=af_packet:bar,2\0fix=two\0title=second\0";

const TEXT: &str = "\
name      test
version   3-1
replaces  the livepatches that are there
kernel    7.3.4
build id  5d1c
date      2026-09-21 14:13:20 UTC
fixes     2

one: net: \\u{1b}[31mred
  cve        CVE-2026-12345
  reference  bsc#1
  severity   important
  function   vmlinux:foo
  function   af_packet:bar,2

two: second
";

fn note(endian: Endianness) -> Vec<u8> {
    let build = Build {
        name: "test",
        kernel: "7.3.4",
        build_id: Some("5d1c"),
        date: 1_790_000_000,
    };
    make(endian, build, FIXES).unwrap()
}

fn native() -> Endianness {
    match cfg!(target_endian = "big") {
        true => Endianness::Big,
        false => Endianness::Little,
    }
}

fn printed(module: &Path, sysfs_root: &Path, format: Format) -> Result<String, Error> {
    let mut output = Vec::new();
    let args = Args {
        format,
        sysfs_root: sysfs_root.to_owned(),
        module: module.to_owned(),
    };
    run(&args, &mut output).map(|_| String::from_utf8(output).unwrap())
}

#[test]
fn a_file_says_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    for machine in MACHINES {
        let mut module = Module::livepatch(machine);
        module.section(SECTION, RODATA, &note(machine.0));
        let path = directory.path().join("test.ko");
        fs::write(&path, module.bytes()).unwrap();
        let text = printed(&path, directory.path(), Format::Text).unwrap();
        assert_eq!(text, TEXT);

        let json = printed(&path, directory.path(), Format::Json).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["name"], "test");
        assert_eq!(json["date"], 1_790_000_000);
        assert_eq!(json["fixes"][0]["cves"][0], "CVE-2026-12345");
        assert_eq!(json["fixes"][0]["functions"][1]["sympos"], 2);
        assert_eq!(json["fixes"][1]["severity"], serde_json::Value::Null);
    }
}

#[test]
fn a_loaded_module_says_what_it_is() {
    let sysfs = tempfile::tempdir().unwrap();
    let notes = sysfs.path().join("module/test_patch/notes");
    fs::create_dir_all(&notes).unwrap();
    fs::write(notes.join(SECTION), note(native())).unwrap();
    for name in ["test_patch", "test-patch"] {
        let text = printed(Path::new(name), sysfs.path(), Format::Text).unwrap();
        assert_eq!(text, TEXT);
    }
}

#[test]
fn what_sysfs_says_need_not_be_true() {
    let sysfs = tempfile::tempdir().unwrap();
    let notes = sysfs.path().join("module/test/notes");
    fs::create_dir_all(&notes).unwrap();
    let file = notes.join(SECTION);
    let module = Path::new("test");
    let whole = note(native());
    for end in 0..whole.len() {
        fs::write(&file, &whole[..end]).unwrap();
        let _ = printed(module, sysfs.path(), Format::Text);
    }
    fs::write(&file, vec![0xff; 1 << 20]).unwrap();
    let error = printed(module, sysfs.path(), Format::Text).unwrap_err();
    assert!(matches!(error, Error::NoNote { .. }), "{error}");
}

#[test]
fn a_livepatch_without_a_note_is_told_from_other_modules() {
    let sysfs = tempfile::tempdir().unwrap();
    for directory in ["module/foreign", "module/other", "kernel/livepatch/foreign"] {
        fs::create_dir_all(sysfs.path().join(directory)).unwrap();
    }
    let error = |name: &str| printed(Path::new(name), sysfs.path(), Format::Text).unwrap_err();
    assert!(matches!(error("foreign"), Error::NoNote { .. }));
    assert!(matches!(error("other"), Error::NotLivepatch { .. }));
    assert!(matches!(error("missing"), Error::NotFound { .. }));
    assert!(matches!(error("missing.ko"), Error::Read(_)));

    let path = sysfs.path().join("test.ko");
    fs::write(&path, Module::livepatch(MACHINES[0]).bytes()).unwrap();
    let error = printed(&path, sysfs.path(), Format::Text).unwrap_err();
    assert!(matches!(error, Error::NoNote { .. }), "{error}");
    fs::write(&path, Module::empty(MACHINES[0]).bytes()).unwrap();
    let error = printed(&path, sysfs.path(), Format::Text).unwrap_err();
    assert!(matches!(error, Error::NotLivepatch { .. }), "{error}");
}
