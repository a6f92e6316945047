// SPDX-License-Identifier: GPL-2.0

//! Tells before a livepatch is loaded what would make the kernel refuse it, or the livepatch do nothing.
//!
//! Each rule is a file, and knows one reason of the kernel's. A rule that cannot see what it needs says so, and does not guess.

mod facts;
mod ftrace;
mod ipmodify;
mod kprobe;
mod loaded;
mod modules;
mod object;
mod policy;
mod render;
mod signature;
mod site;
mod stack;
mod states;
mod subject;
mod support;
mod tables;
mod taint;
#[cfg(test)]
mod tests;
mod trampoline;
mod transition;
mod vermagic;

use std::path::PathBuf;

use serde::Serialize;

use crate::policy::Policy;
use crate::system::{System, SystemError};

use facts::Facts;
pub use policy::{objections, RULE as POLICY_RULE};
pub use render::render;

/// What a module file says of the livepatch in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The name of the module.
    pub name: String,
    /// The directory of its file.
    pub directory: PathBuf,
    /// Its `vermagic`.
    pub vermagic: String,
    /// Whether it replaces the livepatches that are there; [`None`] if that is not known.
    pub replace: Option<bool>,
    /// Its states: id and version; [`None`] if they are not known.
    pub states: Option<Vec<(u64, u32)>>,
    /// The functions that it replaces.
    pub functions: Vec<Function>,
    /// Whether the file says which they are.
    pub are_functions_known: bool,
    /// The CVEs that it fixes.
    pub cves: Vec<String>,
    /// Whether a signature is appended to the file.
    pub is_signed: bool,
    /// Why it does not have the signature that the policy asks for; [`None`] if it has, or nobody asks.
    pub untrusted: Option<String>,
}

/// A function that a livepatch replaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    /// The object that it is in: `vmlinux`, or the name of a module.
    pub object: String,
    /// Its name.
    pub name: String,
    /// Which of several of that name; 0 or 1 for the first.
    pub sympos: u32,
}

/// What the rules have found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The livepatch; [`None`] if only the machine was looked at.
    pub livepatch: Option<String>,
    /// The worst of the findings; `note` if there is none.
    pub verdict: Level,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
}

/// What a rule has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// The rule.
    pub rule: &'static str,
    /// What it is.
    pub what: String,
    /// What to do about it; empty if there is nothing to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// The livepatch, or a part of it, may do nothing, or not be what is wanted.
    Warning,
    /// The kernel will refuse it.
    Refused,
}

/// A rule: what it looks at, and whether it needs a livepatch for that.
type Rule = fn(&Facts<'_>, &Subject, &mut Findings);

/// The rules that look at the machine.
const MACHINE: [Rule; 5] = [
    support::check,
    modules::check,
    transition::check,
    ftrace::check,
    taint::check,
];

/// The rules that look at a livepatch too.
const LIVEPATCH: [Rule; 12] = [
    policy::check,
    vermagic::check,
    signature::check,
    loaded::check,
    stack::check,
    states::check,
    tables::check,
    object::check,
    site::check,
    ipmodify::check,
    trampoline::check,
    kprobe::check,
];

/// Where rules put what they find.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(
        &mut self,
        level: Level,
        rule: &'static str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Finding {
            level,
            rule,
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    fn refused(&mut self, rule: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Refused, rule, what, remedy);
    }

    fn warning(&mut self, rule: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Warning, rule, what, remedy);
    }

    fn note(&mut self, rule: &'static str, what: impl Into<String>) {
        self.add(Level::Note, rule, what, "");
    }
}

/// Looks at the machine, and at a livepatch that is to be loaded.
///
/// # Errors
///
/// sysfs or procfs cannot be read. What only root can see, or the kernel does not have, is a finding.
pub fn diagnose(
    system: &System,
    subject: Option<&Subject>,
    policy: Option<&Policy>,
) -> Result<Diagnosis, SystemError> {
    let facts = Facts::gather(system, policy)?;
    let mut findings = Findings::default();
    let none = Subject::default();

    for rule in MACHINE {
        rule(&facts, subject.unwrap_or(&none), &mut findings);
    }
    if let Some(subject) = subject {
        for rule in LIVEPATCH {
            rule(&facts, subject, &mut findings);
        }
    }
    let mut findings = findings.0;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));

    Ok(Diagnosis {
        livepatch: subject.map(|subject| subject.name.clone()),
        verdict: findings.first().map_or(Level::Note, |worst| worst.level),
        findings,
    })
}

impl Function {
    /// Returns how people call it.
    fn shown(&self) -> String {
        let Self { object, name, .. } = self;

        match object.as_str() {
            "vmlinux" => name.clone(),
            _ => format!("{name} of {object}"),
        }
    }
}
