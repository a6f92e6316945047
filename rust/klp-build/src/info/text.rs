// SPDX-License-Identifier: GPL-2.0

//! A note, for people.

use std::io::{self, Write};

use livepatch_elf::note::{Fix, Function, Note};
use livepatch_elf::show::{utc, Shown};

/// Prints a note.
///
/// # Errors
///
/// The output cannot be written.
pub fn print(note: &Note, output: &mut dyn Write) -> io::Result<()> {
    let Note {
        name,
        version,
        replace,
        kernel,
        build_id,
        date,
        fixes,
    } = note;
    let mut line = |key: &str, value: &str| writeln!(output, "{key:<10}{}", Shown(value));

    line("name", name)?;
    if let Some(version) = version {
        line("version", version)?;
    }
    match replace {
        Some(true) => line("replaces", "the livepatches that are there")?,
        Some(false) => line("replaces", "nothing")?,
        None => {}
    }
    line("kernel", kernel)?;
    if let Some(build_id) = build_id {
        line("build id", build_id)?;
    }
    if let Some(date) = date {
        line("date", &utc(*date))?;
    }
    line("fixes", &fixes.len().to_string())?;
    for fix in fixes {
        print_fix(fix, output)?;
    }
    Ok(())
}

fn print_fix(fix: &Fix, output: &mut dyn Write) -> io::Result<()> {
    let Fix {
        id,
        title,
        cves,
        references,
        severity,
        functions,
    } = fix;

    writeln!(output, "\n{}: {}", Shown(id), Shown(title))?;
    let mut line = |key: &str, value: &str| writeln!(output, "  {key:<11}{}", Shown(value));
    for cve in cves {
        line("cve", cve)?;
    }
    for reference in references {
        line("reference", reference)?;
    }
    if let Some(severity) = severity {
        line("severity", severity)?;
    }
    for Function {
        object,
        name,
        sympos,
    } in functions
    {
        match sympos {
            0 => line("function", &format!("{object}:{name}"))?,
            _ => line("function", &format!("{object}:{name},{sympos}"))?,
        }
    }
    Ok(())
}
