// SPDX-License-Identifier: GPL-2.0

//! The prototype of a replacement is that of the function which it replaces.

use super::context::Context;
use super::finding::Findings;
use super::Error;

/// Checks it.
pub(super) fn check(_context: &Context<'_>, _findings: &mut Findings) -> Result<(), Error> {
    Ok(())
}
