// SPDX-License-Identifier: GPL-2.0

//! `klp-build bindings`: Makes Rust types from the type information of a kernel.

use std::io::Write;

use crate::Status;

/// The arguments of `klp-build bindings`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {}

/// Runs the command, which prints to `output`.
///
/// # Errors
///
/// See [`Error`].
pub fn run(_args: &Args, _output: &mut dyn Write) -> Result<Status, Error> {
    Ok(Status::Clean)
}
