// SPDX-License-Identifier: GPL-2.0

//! A rule: how one mechanism of the kernel's C code becomes one of ours.

use crate::assembly::Rewrite;
use crate::config::Config;
use crate::error::Refusal;
use crate::flags::CFlags;
use crate::mechanism::Mechanism;
use crate::rustc::Rustc;
use crate::target::Value;

/// What the documentation says of a rule.
#[derive(Debug)]
pub struct Row {
    /// What it is about.
    pub mechanism: &'static str,
    /// The kernel's options, without `CONFIG_`; those of older kernels too.
    pub options: &'static [&'static str],
    /// What C gets: flags of gcc, and of clang where they differ.
    pub c: &'static str,
    /// What our objects get.
    pub ours: &'static str,
    /// When a build is refused.
    pub refused: &'static str,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What the documentation says of it.
    pub row: Row,
    /// Claims the C flags it knows, and adds to the plan what they mean.
    pub derive: fn(&mut Context<'_>) -> Result<(), No>,
}

impl Rule {
    /// Follows the rule, or says why that cannot be.
    pub fn follow(&self, context: &mut Context<'_>) -> Result<(), Refusal> {
        (self.derive)(context).map_err(|no| Refusal {
            option: self.name(),
            c: no.c,
            why: no.why.to_owned(),
            action: no.action.to_owned(),
            word: no.word,
        })
    }

    /// Returns the options, as they are in a configuration; the mechanism where there is none.
    pub fn name(&self) -> String {
        if self.row.options.is_empty() {
            return self.row.mechanism.to_owned();
        }
        let names: Vec<String> = self
            .row
            .options
            .iter()
            .map(|name| format!("CONFIG_{name}"))
            .collect();
        names.join(", ")
    }
}

/// Why a rule cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub struct No {
    /// What C gets.
    pub c: String,
    /// Why rustc cannot give the same.
    pub why: &'static str,
    /// What can be done.
    pub action: &'static str,
    /// The word of [`WORDS`] by which somebody can do without it, if that is theirs to decide.
    pub word: Option<&'static str>,
}

/// What somebody may decide to do without, as `codegen derive --without` takes it: it makes our objects weaker than the kernel's,
/// and no less correct.
pub const WORDS: &[&str] = &[EXPOLINES, STACK_PROTECTOR];

/// Branches that Spectre v2 cannot steer, on s390x.
pub const EXPOLINES: &str = "expolines";

/// The guard between a function's buffers and its return address.
pub const STACK_PROTECTOR: &str = "stack-protector";

/// What can be done where rustc has no such thing at all.
pub const OTHER_KERNEL: &str = "build for a kernel without it";

impl No {
    /// Makes one of what C gets, why rustc cannot, and what can be done.
    pub fn new(c: impl Into<String>, why: &'static str, action: &'static str) -> Self {
        Self {
            c: c.into(),
            why,
            action,
            word: None,
        }
    }

    /// Lets somebody do without it who gives `word`, one of [`WORDS`].
    pub fn unless(self, word: &'static str) -> Self {
        Self {
            word: Some(word),
            ..self
        }
    }
}

/// What a rule sees and changes.
#[derive(Debug)]
pub struct Context<'a> {
    /// The flags of a C object of a module.
    pub flags: &'a CFlags,
    /// The kernel's configuration.
    pub config: &'a Config,
    /// The compiler.
    pub rustc: &'a Rustc,
    /// What comes out.
    pub plan: &'a mut Plan,
}

/// What comes out of the rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Keys of the target specification, besides those that every kernel of the architecture has.
    pub target: Vec<(&'static str, Value)>,
    /// Features of the target, with their sign.
    pub features: Vec<&'static str>,
    /// Arguments for rustc.
    pub arguments: Vec<String>,
    /// What is done to the assembly.
    pub assembly: Vec<Rewrite>,
    /// What can be seen in an object.
    pub mechanisms: Vec<Mechanism>,
}

impl Plan {
    /// Adds an argument for rustc.
    pub fn argument(&mut self, argument: impl Into<String>) {
        self.arguments.push(argument.into());
    }
}
