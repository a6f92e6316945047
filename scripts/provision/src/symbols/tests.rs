// SPDX-License-Identifier: GPL-2.0

//! Comparisons of small trees, with objects made by the C compiler.

use std::fs;
use std::process::Command;

use super::*;

const WRITE: &str = "_RNvMNtNtCs2lKf6AS60Zg_4core3num3fmtNtB2_4Part5write";
const PRINT: &str = "_RNvNtCsiHs5TYLmLk5_6kernel5print16call_printk_cont";
const HELPER: &str = "rust_helper_mutex_lock";
const PANIC: &str = "rust_begin_unwind";
const RUSTC: &str = "rustc 1.85.1 (4eb161250 2025-03-15)";

/// A tree that exports and defines everything, and the files of its kernel beside it.
struct Fixture(tempfile::TempDir);

impl Fixture {
    fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(this.path("tree/rust/helpers")).unwrap();
        this.header("core", &[WRITE]);
        this.header("kernel", &[PRINT, PANIC]);
        this.header("helpers", &[HELPER]);
        this.object("core.o", &[WRITE]);
        this.object("kernel.o", &[PRINT, PANIC]);
        this.object("helpers/helpers.o", &[HELPER]);
        this.config("config", RUSTC);
        this.config("tree/.config", RUSTC);
        this.symvers(&[WRITE, PRINT, PANIC, HELPER]);
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn header(&self, of: &str, symbols: &[&str]) {
        let text = symbols
            .iter()
            .map(|s| format!("EXPORT_SYMBOL_RUST_GPL({s});\n"))
            .collect::<Vec<_>>()
            .concat();
        fs::write(
            self.path(&format!("tree/rust/exports_{of}_generated.h")),
            text,
        )
        .unwrap();
    }

    fn object(&self, name: &str, symbols: &[&str]) {
        let source = self.path("source.c");
        let text = symbols
            .iter()
            .map(|s| format!("void {s}(void) {{}}\n"))
            .collect::<Vec<_>>()
            .concat();
        fs::write(&source, text).unwrap();
        let status = Command::new("cc")
            .arg("-c")
            .arg(&source)
            .arg("-o")
            .arg(self.path("tree/rust").join(name))
            .status()
            .unwrap();
        assert!(status.success());
    }

    fn config(&self, name: &str, rustc: &str) {
        fs::write(
            self.path(name),
            format!("CONFIG_RUST=y\nCONFIG_RUSTC_VERSION_TEXT=\"{rustc}\"\n"),
        )
        .unwrap();
    }

    fn symvers(&self, symbols: &[&str]) {
        let mut text = symbols
            .iter()
            .map(|s| format!("0x00000000\t{s}\tvmlinux\tEXPORT_SYMBOL_GPL\t\n"))
            .collect::<Vec<_>>()
            .concat();
        // Neither a C symbol nor a module's is of interest.
        text += "0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n";
        text += "0x00000000\t_RNvCs1_6kernel5other\tdrivers/net/a\tEXPORT_SYMBOL_GPL\t\n";
        // A built-in driver's own crate is not built in the tree.
        text += "0x00000000\t_RNvCs1_6driver7connect\tvmlinux\tEXPORT_SYMBOL_GPL\t\n";
        fs::write(self.path("Module.symvers"), text).unwrap();
    }

    fn verify(&self) -> Result<Verified> {
        verify(
            &self.path("tree"),
            &self.path("Module.symvers"),
            &self.path("config"),
        )
    }

    fn mismatch(&self) -> String {
        let error = self.verify().unwrap_err();
        assert!(matches!(error, Error::SymbolMismatch { .. }), "{error}");
        error.to_string()
    }
}

#[test]
fn equal_symbols_are_proven() {
    assert_eq!(Fixture::new().verify().unwrap(), Verified { symbols: 4 });
}

#[test]
fn another_rustc_is_named() {
    let fixture = Fixture::new();
    // Another compiler hashes every crate differently.
    let other = |symbol: &str| symbol.replacen("Cs", "CsX", 1);
    fixture.symvers(&[&other(WRITE), &other(PRINT), PANIC, HELPER]);
    fixture.config("tree/.config", "rustc 1.96.1 (abc 2026-06-01)");
    let message = fixture.mismatch();
    for part in [
        "4 of 6 Rust symbols",
        "built with 'rustc 1.85.1",
        "the tree with 'rustc 1.96.1",
        "in-root --rustc",
        WRITE,
    ] {
        assert!(message.contains(part), "{part} in: {message}");
    }
}

#[test]
fn each_side_is_compared_with_the_other() {
    let fixture = Fixture::new();
    fixture.symvers(&[WRITE, PRINT, PANIC]);
    assert!(fixture.mismatch().contains("the kernel does not export"));

    let fixture = Fixture::new();
    fixture.header("helpers", &[]);
    let message = fixture.mismatch();
    assert!(message.contains("the tree does not export"), "{message}");

    let fixture = Fixture::new();
    fixture.object("kernel.o", &[PANIC]);
    let message = fixture.mismatch();
    assert!(
        message.contains("no object of the tree defines"),
        "{message}"
    );
    assert!(message.contains("1 of 4"), "{message}");
    assert!(
        message.contains("the source or the configuration"),
        "{message}"
    );
}

#[test]
fn a_tree_without_rust_is_not_proven() {
    let fixture = Fixture::new();
    for of in ["core", "kernel", "helpers"] {
        fixture.header(of, &[]);
    }
    assert!(matches!(fixture.verify(), Err(Error::NoRustSymbols { .. })));
}

#[test]
fn malformed_files_are_named() {
    let fixture = Fixture::new();
    fs::write(fixture.path("tree/rust/core.o"), "not an object").unwrap();
    assert!(fixture.verify().unwrap_err().to_string().contains("core.o"));

    let fixture = Fixture::new();
    fs::write(fixture.path("Module.symvers"), "0x0 a b c\n").unwrap();
    let message = fixture.verify().unwrap_err().to_string();
    assert!(message.contains("Module.symvers:1"), "{message}");
}

#[test]
fn crates_of_names() {
    for (symbol, name) in [
        (WRITE, Some("core")),
        (PRINT, Some("kernel")),
        ("_RNvXs_NtCs2_6kernel3str", Some("kernel")),
        ("_RNvC6driver4main", Some("driver")),
        ("_RNvCs_3_9a", None),
        ("_RCsé", None),
        (HELPER, None),
        ("_R", None),
    ] {
        assert_eq!(crate_name(symbol), name, "{symbol}");
    }
}
