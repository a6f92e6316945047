// SPDX-License-Identifier: GPL-2.0

//! The program with what it cannot look at, and with an object.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn check(rules: &Path, object: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codegen-check"));
    command.arg("--rules").arg(rules).arg(object);
    command.output().unwrap()
}

/// Assembles an object.
fn assemble(directory: &Path, text: &str) -> std::path::PathBuf {
    let (source, object) = (directory.join("in.s"), directory.join("out.o"));
    fs::write(&source, text).unwrap();
    let mut command = Command::new("gcc");
    command.arg("-c").arg(&source).arg("-o").arg(&object);
    assert!(command.status().unwrap().success());
    object
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn what_is_no_object_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("mechanisms"), "ibt\n").unwrap();
    fs::write(path.join("text.ko"), "text").unwrap();
    assert!(said(&check(path, &path.join("missing.ko"))).contains("cannot read"));
    assert!(said(&check(path, &path.join("text.ko"))).contains("text.ko is no x86-64 object"));
    let program = Path::new(env!("CARGO_BIN_EXE_codegen-check"));
    assert!(said(&check(path, program)).contains("no relocatable x86-64 object"));
    assert!(said(&check(&path.join("none"), program)).contains("none/mechanisms"));
}

#[test]
fn each_mechanism_is_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("mechanisms"), "retpoline\nreturn-thunk\n").unwrap();
    let good = "\t.type\tf,@function\nf:\tcall\t__x86_indirect_thunk_rax\n\tjmp\t__x86_return_thunk\n\t.size\tf,.-f\n";
    let output = check(path, &assemble(path, good));
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "KTAP version 1\n1..3\nok 1 out.o: all code is in functions: 1 seen\nok 2 out.o: retpoline: 1 seen\n\
         ok 3 out.o: return-thunk: 1 seen\n"
    );
    let bad = "\t.type\tf,@function\nf:\tcall\t*%rax\n\tret\n\t.size\tf,.-f\n\tjmp\tf\n";
    let output = check(path, &assemble(path, bad));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "KTAP version 1\n1..3\n# out.o: code outside of functions at .text+0x3\n\
         not ok 1 out.o: all code is in functions: 1 seen\n# out.o: f+0x0: ff d0\nnot ok 2 out.o: retpoline: 0 seen\n\
         # out.o: f+0x2: c3\nnot ok 3 out.o: return-thunk: 0 seen\n"
    );
}
