// SPDX-License-Identifier: GPL-2.0

//! What the rustc at hand can do: asked, not guessed from its version.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::rule::Plan;
use crate::target::{self, Value};

/// The smallest crate that makes rustc set up its code generator.
const PROBE: &[u8] = b"#![feature(no_core)]\n#![allow(internal_features)]\n#![no_core]\n";

/// The root of core's source, below the system root.
const CORE: &str = "lib/rustlib/src/rust/library/core/src/lib.rs";

/// A rustc, the options it has, and what its core says of itself.
#[derive(Debug)]
pub struct Rustc {
    program: PathBuf,
    codegen: BTreeSet<String>,
    unstable: BTreeSet<String>,
    leaves_out_sanitizers: bool,
}

impl Rustc {
    /// Asks the rustc at `program` for its options.
    pub fn ask(program: &Path) -> Result<Self> {
        let mut rustc = Self {
            program: program.to_owned(),
            codegen: BTreeSet::new(),
            unstable: BTreeSet::new(),
            leaves_out_sanitizers: false,
        };
        rustc.codegen = rustc.options("-C")?;
        rustc.unstable = rustc.options("-Z")?;
        // Where the source is missing, core cannot be built, which whoever builds it tells.
        let source = fs::read_to_string(rustc.sysroot()?.join(CORE)).unwrap_or_default();
        rustc.leaves_out_sanitizers = source.contains("feature(no_sanitize)");
        Ok(rustc)
    }

    /// Makes one with these options, each with its `-C` or `-Z`.
    #[cfg(test)]
    pub fn with_options(options: &[&str]) -> Self {
        let pick = |letter: &str| {
            let options = options
                .iter()
                .filter_map(|option| option.strip_prefix(letter));
            options.map(str::to_owned).collect()
        };
        Self {
            program: PathBuf::from("rustc"),
            codegen: pick("-C"),
            unstable: pick("-Z"),
            leaves_out_sanitizers: options.contains(&"no_sanitize"),
        }
    }

    /// Returns whether there is an option `-C name=`.
    pub fn has_codegen(&self, name: &str) -> bool {
        self.codegen.contains(name)
    }

    /// Returns whether its core has functions that it wants compiled without the sanitizers which their callers have.
    pub fn leaves_out_sanitizers(&self) -> bool {
        self.leaves_out_sanitizers
    }

    /// Returns whether there is an option `-Z name=`.
    pub fn has_unstable(&self, name: &str) -> bool {
        self.unstable.contains(name)
    }

    /// Returns the target specification that this rustc takes for `plan` without a word, of those that `variants` allows:
    /// each is some keys to add, and the first that works is taken. The files to try it go into `directory`.
    pub fn target(
        &self,
        plan: &Plan,
        common: &[(&'static str, Value)],
        variants: &[Vec<(&'static str, Value)>],
        directory: &Path,
    ) -> Result<String> {
        let directory = directory.join(format!(".probe-{}", std::process::id()));
        fs::create_dir_all(&directory).map_err(Error::file("make", &directory))?;
        let result = self.first_accepted(plan, common, variants, &directory);
        let removed = fs::remove_dir_all(&directory).map_err(Error::file("remove", &directory));
        let json = result?;
        removed?;
        Ok(json)
    }

    fn first_accepted(
        &self,
        plan: &Plan,
        common: &[(&'static str, Value)],
        variants: &[Vec<(&'static str, Value)>],
        directory: &Path,
    ) -> Result<String> {
        let complain = |output| Error::Rustc {
            program: self.program.clone(),
            output,
        };
        let no_arguments = ["-Zunstable-options".to_owned()];
        let mut complaints = Vec::new();
        let specification = directory.join("target.json");
        for variant in variants {
            let mut keys = common.to_vec();
            keys.extend(plan.target.iter().cloned());
            keys.push(("features", Value::Text(plan.features.join(","))));
            keys.extend(variant.iter().cloned());
            let json = target::json(&keys);
            fs::write(&specification, &json).map_err(Error::file("write", &specification))?;
            let said = self.compile(&specification, &no_arguments, directory)?;
            if !said.is_empty() {
                complaints.push(said);
                continue;
            }
            let said = self.compile(&specification, &plan.arguments, directory)?;
            return if said.is_empty() {
                Ok(json)
            } else {
                Err(complain(said))
            };
        }
        Err(complain(complaints.concat()))
    }

    /// Compiles the probe in `directory`, and returns what rustc says to it.
    fn compile(&self, target: &Path, arguments: &[String], directory: &Path) -> Result<String> {
        let mut command = self.command();
        command
            .args(["--crate-name", "probe", "--crate-type", "rlib"])
            .arg(with_path("--target=", target))
            // Temporary files go there too; the working directory may not be ours to write to.
            .arg(with_path("--out-dir=", directory))
            .args(arguments)
            .arg(with_path("--emit=asm=", &directory.join("probe.s")))
            .arg("-");
        let (status, said) = self.run(&mut command, PROBE)?;
        Ok(if said.is_empty() && !status {
            "it fails without saying why".to_owned()
        } else {
            said
        })
    }

    /// Returns the directory that the compiler has its libraries in.
    fn sysroot(&self) -> Result<PathBuf> {
        let output = self
            .command()
            .args(["--print", "sysroot"])
            .output()
            .map_err(|source| Error::RunRustc {
                program: self.program.clone(),
                source,
            })?;
        let path = String::from_utf8_lossy(&output.stdout);
        Ok(PathBuf::from(path.trim_end()))
    }

    /// Returns the names of the options of one kind.
    fn options(&self, kind: &str) -> Result<BTreeSet<String>> {
        let run_rustc = |source| Error::RunRustc {
            program: self.program.clone(),
            source,
        };
        let output = self
            .command()
            .args([kind, "help"])
            .output()
            .map_err(run_rustc)?;
        let names: BTreeSet<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let (name, _) = line.trim_start().strip_prefix(kind)?.split_once('=')?;
                Some(name.trim().to_owned())
            })
            .collect();
        if names.is_empty() || !output.status.success() {
            return Err(Error::Rustc {
                program: self.program.clone(),
                output: String::from_utf8_lossy(&output.stderr).into_owned(),
            });
        }
        Ok(names)
    }

    /// Runs a command with `input`, and returns whether it succeeded, and what it wrote to stderr.
    fn run(&self, command: &mut Command, input: &[u8]) -> Result<(bool, String)> {
        let run_rustc = |source| Error::RunRustc {
            program: self.program.clone(),
            source,
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(run_rustc)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A rustc that does not like its arguments ends before it has read anything; its status tells.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().map_err(run_rustc)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok((output.status.success(), said))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("RUSTC_BOOTSTRAP", "1").env("LC_ALL", "C");
        command
    }
}

/// Returns the argument that is `option` and then a path.
fn with_path(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}
