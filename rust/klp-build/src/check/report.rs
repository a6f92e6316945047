// SPDX-License-Identifier: GPL-2.0

//! Prints what was found.

use std::io::{self, Write};

use serde::Serialize;

use super::finding::Finding;

/// The form of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line for each finding.
    #[default]
    Text,
    /// One object.
    Json,
}

/// Everything that was found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The release of the kernel, if known.
    pub(super) kernel: Option<String>,
    /// The files, in the order in which they were given.
    pub(super) files: Vec<FileReport>,
}

/// What was found in one file.
#[derive(Debug, Serialize)]
pub(super) struct FileReport {
    /// Its path, as it was given.
    pub(super) file: String,
    /// The name of the module; absent if the file could not be checked.
    pub(super) name: Option<String>,
    /// Whether it is refused.
    pub(super) refused: bool,
    /// How many functions it replaces, as far as they could be checked.
    pub(super) functions: usize,
    /// Why the file could not be checked; absent if it could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// The findings.
    pub(super) findings: Vec<Finding>,
}

impl Report {
    /// Prints it.
    pub(super) fn print(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => self.print_text(output),
            Format::Json => {
                serde_json::to_writer_pretty(&mut *output, self)?;
                writeln!(output)
            }
        }
    }

    fn print_text(&self, output: &mut dyn Write) -> io::Result<()> {
        let kernel = self.kernel.as_deref().unwrap_or("the kernel");

        for file in &self.files {
            let path = &file.file;
            for finding in &file.findings {
                writeln!(output, "{path}: {finding}")?;
            }
            if let Some(error) = &file.error {
                writeln!(output, "{path}: could not be checked: {error}")?;
            } else if file.refused {
                writeln!(output, "{path}: does not fit {kernel}")?;
            } else {
                let plural = if file.functions == 1 { "" } else { "s" };
                writeln!(
                    output,
                    "{path}: fits {kernel} ({} function{plural})",
                    file.functions
                )?;
            }
        }
        Ok(())
    }
}
