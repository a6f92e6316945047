// SPDX-License-Identifier: GPL-2.0

//! Object files for tests: made by the compilers that are there.

use std::fs;
use std::process::{Command, Stdio};

/// Compiles C with debug information; [`None`] if there is no compiler, or none that knows the flags.
pub(in crate::check) fn c(source: &str, flags: &[&str]) -> Option<Vec<u8>> {
    compile(
        "cc",
        "unit.c",
        source,
        &["-c", "-g", "-O2", "-fno-ipa-icf", "-w"],
        flags,
    )
}

/// Compiles C with clang, likewise.
pub(in crate::check) fn clang(source: &str, flags: &[&str]) -> Option<Vec<u8>> {
    compile("clang", "unit.c", source, &["-c", "-g", "-O2", "-w"], flags)
}

/// Compiles C for another machine, likewise: with gcc for it, or with clang, which is for all.
pub(in crate::check) fn cross(machine: &str, source: &str, flags: &[&str]) -> Option<Vec<u8>> {
    let target = format!("--target={machine}-linux-gnu");

    compile(
        &format!("{machine}-linux-gnu-gcc"),
        "unit.c",
        source,
        &["-c", "-g", "-O2", "-fno-ipa-icf", "-w"],
        flags,
    )
    .or_else(|| clang(source, &[flags, &[&target]].concat()))
}

/// Compiles Rust, likewise.
pub(in crate::check) fn rust(source: &str, flags: &[&str]) -> Option<Vec<u8>> {
    let source = format!(
        "#![no_std]\n#![crate_type = \"lib\"]\n#![allow(warnings)]\n\
         use core::ffi::*;\nuse core::ptr::NonNull;\n{source}\n"
    );

    compile(
        "rustc",
        "unit.rs",
        &source,
        &["--edition=2021", "--emit=obj", "-g", "-Copt-level=1"],
        flags,
    )
}

fn compile(
    compiler: &str,
    name: &str,
    source: &str,
    flags: &[&str],
    more: &[&str],
) -> Option<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let (input, output) = (directory.path().join(name), directory.path().join("unit.o"));

    fs::write(&input, source).expect("the source of the test");
    let found = Command::new(compiler)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let compiled = found
        && Command::new(compiler)
            .args(flags)
            .args(more)
            .arg("-o")
            .args([&output, &input])
            .current_dir(directory.path())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());

    if !compiled {
        eprintln!("SKIP: {compiler} cannot compile this here");
        return None;
    }
    Some(fs::read(&output).expect("the object file of the test"))
}
