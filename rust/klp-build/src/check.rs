// SPDX-License-Identifier: GPL-2.0

//! `klp-build check`: Proves that a livepatch fits a kernel.
//!
//! ```text
//!  .ko ──► model ──┐
//!                  ├──► context ──► rules ──► findings ──► text, JSON
//!  kernel ─────────┘
//! ```
//!
//! Each rule is a module with a function `check()`; a rule sees one livepatch, but for those about a stack of them.

pub mod context;
pub mod finding;
mod inlining;
pub mod model;
mod prototype;

use std::io::Write;

use self::context::Context;
use self::finding::Findings;
use crate::Status;

/// The arguments of `klp-build check`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {}

/// The rules about one livepatch, in the order of their findings.
const RULES: &[fn(&Context<'_>, &mut Findings)] = &[prototype::check, inlining::check];

/// Returns what the rules find about one livepatch.
pub fn findings(context: &Context<'_>) -> Findings {
    let mut findings = Findings::default();

    for rule in RULES {
        rule(context, &mut findings);
    }
    findings
}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(_args: &Args, _output: &mut dyn Write) -> Result<Status, Error> {
    Ok(Status::Clean)
}
