// SPDX-License-Identifier: GPL-2.0

//! Deriving how to compile for a kernel.

use std::path::{Path, PathBuf};

use crate::arch::Arch;
use crate::config::Config;
use crate::error::{Error, Refusal, Result};
use crate::flags::CFlags;
use crate::mechanism;
use crate::output;
use crate::rule::{Context, Plan, WORDS};
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
    /// What to do without, if rustc cannot give it: words of [`WORDS`].
    pub without: Vec<String>,
    /// The flags of a C object of a module.
    pub flags: Vec<String>,
}

/// Writes the files that a build needs, and returns what our objects do without because somebody said so.
///
/// # Errors
///
/// [`Error::Refused`] when a rule cannot be followed; [`Error::Usage`] for a word of `without` that is none.
pub fn derive(request: &Request) -> Result<Vec<Refusal>> {
    if let Some(word) = request
        .without
        .iter()
        .find(|word| !WORDS.contains(&word.as_str()))
    {
        return Err(Error::Usage(format!(
            "--without {word:?}: what can be done without is {}",
            WORDS.join(" and ")
        )));
    }
    let arch = Arch::named(&request.arch)?;
    let config = Config::read(&request.config)?;
    let rustc = Rustc::ask(&request.rustc)?;
    let flags = CFlags::new(request.flags.iter().cloned());
    let (mut plan, waived) = plan(arch, &flags, &config, &rustc, &request.without)?;

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
    output::write(&directory.join("rustc_flags"), &lines(&plan.arguments))?;
    Ok(waived)
}

/// Follows every rule, and refuses when one cannot be followed or a flag is not known. What `without` does without is returned
/// beside the plan.
pub fn plan(
    arch: &Arch,
    flags: &CFlags,
    config: &Config,
    rustc: &Rustc,
    without: &[String],
) -> Result<(Plan, Vec<Refusal>)> {
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
        word: None,
    }));
    let (waived, refusals): (Vec<_>, Vec<_>) = refusals.into_iter().partition(|refusal| {
        refusal
            .word
            .is_some_and(|word| without.iter().any(|given| given == word))
    });
    if refusals.is_empty() {
        Ok((plan, waived))
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
