// SPDX-License-Identifier: GPL-2.0

//! Building the fixtures as a module's objects are built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use livepatch_codegen::Mechanism;
use livepatch_codegen_check::{check, read_rules, Finding, Object};
use tempfile::TempDir;

/// Flags that every C object of an x86-64 kernel has.
pub const BASE: &str =
    "-m64 -O2 -mcmodel=kernel -fno-PIE -mno-sse -mno-sse2 -mno-mmx -mno-avx -mno-80387 \
     -mno-red-zone -fno-asynchronous-unwind-tables";

/// What was derived from some C flags.
pub struct Derived {
    directory: TempDir,
}

impl Derived {
    /// Derives from [`BASE`] and more flags.
    pub fn new(flags: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        run(&mut Self::command(flags, &directory));
        Self { directory }
    }

    /// Returns why nothing can be derived from [`BASE`] and more flags.
    pub fn refusal(flags: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let output = Self::command(flags, &directory).output().unwrap();
        assert!(!output.status.success(), "{flags} is not refused");
        text(&output.stderr)
    }

    fn command(flags: &str, directory: &TempDir) -> Command {
        let config = directory.path().join("auto.conf");
        fs::write(&config, "CONFIG_X86_64=y\n").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_codegen"));
        command
            .args(["derive", "--arch", "x86", "--rustc"])
            .arg(rustc())
            .arg("--config")
            .arg(&config)
            .arg("--output")
            .arg(directory.path())
            .arg("--")
            .args(BASE.split_whitespace())
            .args(flags.split_whitespace());
        command
    }

    /// Changes one of the files, to see what becomes of objects without it.
    pub fn spoil(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}: {text}");
        fs::write(&path, text.replace(from, to)).unwrap();
        self
    }

    /// Returns the text of one of the files.
    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Returns what an object should have.
    pub fn mechanisms(&self) -> Vec<Mechanism> {
        read_rules(self.directory.path()).unwrap()
    }

    /// Compiles the fixture in Rust.
    pub fn rust(&self) -> Object {
        let emitted = self.path("fixture.s");
        let rewritten = self.path("rewritten.s");
        let object = self.path("rust.o");
        let mut command = Command::new(rustc());
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .arg(prefixed("@", &self.path("rustc_flags")))
            .args(["--crate-name", "fixture", "--crate-type", "rlib"])
            .args(dialect())
            .arg("--emit=asm")
            .arg(prefixed("--out-dir=", self.directory.path()))
            .arg(fixture("fixture.rs"));
        let output = run(&mut command);
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
        let mut command = Command::new(env!("CARGO_BIN_EXE_codegen"));
        command
            .args(["assembly", "--rules"])
            .arg(self.path("assembly"))
            .args([&emitted, &rewritten]);
        run(&mut command);
        run(Command::new("gcc")
            .arg("-c")
            .arg(&rewritten)
            .arg("-o")
            .arg(&object));
        Object::read(&object).unwrap()
    }

    /// Compiles the fixture in C, with [`BASE`] and more flags.
    pub fn c(&self, flags: &str) -> Object {
        let object = self.path("c.o");
        let mut command = Command::new("gcc");
        command
            .args(BASE.split_whitespace())
            .args(flags.split_whitespace())
            .arg("-c")
            .arg(fixture("fixture.c"))
            .arg("-o")
            .arg(&object);
        run(&mut command);
        Object::read(&object).unwrap()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }
}

/// Returns what is found of one mechanism in an object that should have some.
pub fn find(object: &Object, derived: &Derived, mechanism: &Mechanism) -> Finding {
    let mut mechanisms = derived.mechanisms();
    mechanisms.push(mechanism.clone());
    let findings = check(object, &mechanisms);
    findings.into_iter().last().unwrap()
}

/// Returns whether a mechanism was seen, and everywhere.
pub fn has(finding: &Finding) -> bool {
    finding.seen > 0 && finding.violations.is_empty()
}

/// Returns the compiler to derive for: `RUSTC`, or that of the machine.
pub fn rustc() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from)
}

/// Returns whether the compiler's core has functions that are compiled without the sanitizers of their callers.
pub fn leaves_out_sanitizers() -> bool {
    let mut command = Command::new(rustc());
    let root = text(&run(command.args(["--print", "sysroot"])).stdout);
    let core = Path::new(root.trim_end()).join("lib/rustlib/src/rust/library/core/src/lib.rs");
    fs::read_to_string(core).is_ok_and(|source| source.contains("feature(no_sanitize)"))
}

/// Returns whether the compiler has an option `-Z name`.
pub fn has_unstable(name: &str) -> bool {
    let mut command = Command::new(rustc());
    command.env("RUSTC_BOOTSTRAP", "1").args(["-Z", "help"]);
    text(&run(&mut command).stdout).contains(&format!(" {name}="))
}

/// What the fixture has to be told of the compiler: nothing, that it knows several kinds of sizedness, that it calls drop glue so.
const DIALECTS: [&[&str]; 3] = [
    &[],
    &["--cfg", "sizedness"],
    &["--cfg", "sizedness", "--cfg", "drop_glue"],
];

/// Returns the arguments that the fixture needs for rustc to compile it.
fn dialect() -> &'static [&'static str] {
    static KNOWN: OnceLock<&[&str]> = OnceLock::new();
    let is_understood = |dialect: &&[&str]| {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(rustc());
        // Not to /dev/null: rustc renames what it has written, and root would have a file in the place of the device.
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["--crate-name", "fixture", "--crate-type", "rlib"])
            .arg("--emit=metadata")
            .arg(prefixed("--out-dir=", directory.path()))
            .args(*dialect)
            .args(["--edition=2021", "-Cpanic=abort"])
            .arg(fixture("fixture.rs"));
        command.output().unwrap().status.success()
    };
    KNOWN.get_or_init(|| DIALECTS.into_iter().find(is_understood).unwrap_or_default())
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/disassembly")
        .join(name)
}

fn prefixed(prefix: &str, path: &Path) -> String {
    format!("{prefix}{}", path.display())
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        text(&output.stderr)
    );
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
