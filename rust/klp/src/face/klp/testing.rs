// SPDX-License-Identifier: GPL-2.0

//! Runs `klp` on a machine for tests.

use std::ffi::OsString;

use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::system::fake::Machine;

/// What a run has left.
pub(crate) struct Ran {
    /// Its status.
    pub(crate) result: Result<Exit, Failure>,
    /// What it has printed.
    pub(crate) out: String,
    /// The messages.
    pub(crate) err: String,
}

/// Runs `klp` with some arguments.
pub(crate) fn run(machine: &Machine, arguments: &[&str]) -> Ran {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let result = super::run(
        &arguments,
        &mut Context {
            system: &machine.system(),
            out: &mut out,
            err: &mut err,
        },
    );

    Ran {
        result,
        out: String::from_utf8_lossy(&out).into_owned(),
        err: String::from_utf8_lossy(&err).into_owned(),
    }
}
