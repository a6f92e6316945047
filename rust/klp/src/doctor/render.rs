// SPDX-License-Identifier: GPL-2.0

//! A diagnosis for people.

use std::io::{self, Write};

use crate::text::printable;

use super::{Diagnosis, Level};

/// Prints a diagnosis; notes too, if they are wanted.
///
/// # Errors
///
/// It cannot be written.
pub fn render(diagnosis: &Diagnosis, notes: bool, out: &mut dyn Write) -> io::Result<()> {
    for finding in &diagnosis.findings {
        let level = match finding.level {
            Level::Refused => "refused",
            Level::Warning => "warning",
            Level::Note if notes => "note",
            Level::Note => continue,
        };
        writeln!(
            out,
            "{level}: {}: {}",
            finding.rule,
            printable(&finding.what)
        )?;
        if !finding.remedy.is_empty() {
            writeln!(out, "    -> {}", printable(&finding.remedy))?;
        }
    }
    Ok(())
}

impl Diagnosis {
    /// Returns the result in a line.
    pub fn summary(&self) -> String {
        let who = match &self.livepatch {
            Some(name) => printable(name),
            None => "a livepatch".to_owned(),
        };

        match self.verdict {
            Level::Refused => format!("{who} would be refused"),
            Level::Warning => format!("{who} can be loaded, but see the warnings"),
            Level::Note => format!("nothing stands in the way of {who}"),
        }
    }
}
