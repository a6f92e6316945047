// SPDX-License-Identifier: GPL-2.0

//! Deriving how to compile for a kernel.

use std::path::{Path, PathBuf};

use crate::arch::Arch;
use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::flags::CFlags;
use crate::mechanism;
use crate::output;
use crate::rule::{Context, Plan};
use crate::rules::{self, harmless};
use crate::rustc::Rustc;

/// What there is to derive from, and where to.
#[derive(Debug)]
pub struct Request {
    /// The architecture's name in the kernel's `arch/`.
    pub arch: String,
    /// The kernel's `include/config/auto.conf`.
    pub config: PathBuf,
    /// The rustc to compile with.
    pub rustc: PathBuf,
    /// The directory to write to.
    pub output: PathBuf,
    /// The flags of a C object of a module.
    pub flags: Vec<String>,
}

/// Writes the files that a build needs.
pub fn derive(request: &Request) -> Result<()> {
    let arch = Arch::named(&request.arch)?;
    let config = Config::read(&request.config)?;
    let rustc = Rustc::ask(&request.rustc)?;
    let flags = CFlags::new(request.flags.iter().cloned());
    let mut plan = plan(arch, &flags, &config, &rustc)?;

    let directory = &request.output;
    std::fs::create_dir_all(directory).map_err(Error::file("make", directory))?;
    let target = rustc.target(
        &plan,
        &(arch.target)(),
        &(arch.target_variants)(),
        directory,
    )?;
    let target_path = directory.join("target.json");
    plan.arguments
        .insert(0, format!("--target={}", text(&target_path)?));

    output::write(&target_path, &target)?;
    output::write(&directory.join("rustc_cfg"), &config.rustc_cfg())?;
    output::write(&directory.join("assembly"), &lines(&plan.assembly))?;
    output::write(&directory.join(mechanism::FILE), &lines(&plan.mechanisms))?;
    output::write(&directory.join("rustc_flags"), &lines(&plan.arguments))
}

/// Follows every rule, and refuses when one cannot be followed or a flag is not known.
pub fn plan(arch: &Arch, flags: &CFlags, config: &Config, rustc: &Rustc) -> Result<Plan> {
    let mut plan = Plan::default();
    for argument in rules::ARGUMENTS {
        plan.argument(*argument);
    }
    let mut refusals: Vec<Refusal> = Vec::new();
    for rule in rules::RULES.iter().chain(arch.rules) {
        let mut context = Context {
            flags,
            config,
            rustc,
            plan: &mut plan,
        };
        refusals.extend(rule.follow(&mut context).err());
    }
    let mut unknown: Vec<&str> = flags
        .unclaimed()
        .filter(|flag| !harmless::is_harmless(flag))
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    refusals.extend(unknown.into_iter().map(|flag| Refusal {
        option: "an unknown C flag".to_owned(),
        c: flag.to_owned(),
        why: "codegen has no rule for it, so our objects might be weaker than the kernel's".to_owned(),
        action: "report it, or add it to rust/codegen/src/rules, where harmless.rs is the list of those that do not matter".to_owned(),
    }));
    if refusals.is_empty() {
        Ok(plan)
    } else {
        Err(Error::Refused(refusals))
    }
}

/// Returns a text with one item a line.
fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(|item| item.to_string() + "\n").collect()
}

/// Returns a path as text: rustc reads its arguments from a file of text.
fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .filter(|path| !path.contains('\n'))
        .ok_or_else(|| Error::Usage(format!("--output {path:?} cannot be a line of text")))
}

#[cfg(test)]
mod tests;
