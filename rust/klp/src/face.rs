// SPDX-License-Identifier: GPL-2.0

//! The faces of the program: by the name that it is called by, it is one tool or another.

mod details;
pub mod kgr;
pub mod klp;
pub mod kpatch;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

use crate::exit::{Exit, Failure};
use crate::policy::{Policy, PolicyError};
use crate::system::System;

/// What a command works with.
pub struct Context<'a> {
    /// The machine.
    pub system: &'a System,
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where messages go: progress, warnings.
    pub err: &'a mut dyn Write,
}

impl Context<'_> {
    /// Returns what the administrator allows, and prefers.
    ///
    /// # Errors
    ///
    /// See [`Policy::read`]. What changes the kernel is not done then.
    pub fn policy(&self) -> Result<Policy, PolicyError> {
        Policy::read(&self.system.root)
    }
}

/// A face of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// SUSE's `klp`, and all that is new.
    Klp,
    /// Red Hat's `kpatch`.
    Kpatch,
    /// kGraft's `kgr`.
    Kgr,
}

impl Face {
    /// Returns the face for the name that the program was called by.
    pub fn of(program: &OsString) -> Self {
        match Path::new(program)
            .file_name()
            .and_then(|name| name.to_str())
        {
            Some("kpatch") => Self::Kpatch,
            Some("kgr") => Self::Kgr,
            _ => Self::Klp,
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Klp => "klp",
            Self::Kpatch => "kpatch",
            Self::Kgr => "kgr",
        }
    }

    /// Does what the arguments, without the program's name, say.
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    pub fn run(self, arguments: &[OsString], context: &mut Context<'_>) -> Result<Exit, Failure> {
        match self {
            Self::Klp => klp::run(arguments, context),
            Self::Kpatch => kpatch::run(arguments, context),
            Self::Kgr => kgr::run(arguments, context),
        }
    }
}
