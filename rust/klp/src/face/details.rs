// SPDX-License-Identifier: GPL-2.0

//! What `klp -v patches` and `kgr -v patches` print, which differ in one line.

use std::io::{self, Write};

use livepatch_elf::show::rfc3339;

use crate::lifecycle;
use crate::package::{manager_for, Around, Kind};
use crate::report::{Fix, Livepatch};
use crate::system::System;
use crate::text::printable;

/// How the lines below a livepatch begin.
const INDENT: &str = "    ";

/// Prints livepatches in the format that SUSE's tools have: scripts look for `RPM:`, `CVE:` and `active: 1`.
///
/// `initial` says what the first livepatch of a kernel is. `more` adds what is asked for with `-v -v`.
///
/// # Errors
///
/// The output cannot be written.
pub fn print(
    livepatches: &[Livepatch],
    initial: &str,
    more: Option<&System>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for livepatch in livepatches {
        writeln!(out, "{}", printable(&livepatch.patch.name))?;
        line(
            out,
            "active",
            if livepatch.patch.enabled { "1" } else { "0" },
        )?;
        if !livepatch.patch.enabled {
            continue;
        }
        package(livepatch, out)?;
        let (cves, bugs) = (livepatch.effective_cves(), livepatch.effective_bugs());
        let text = match livepatch.source {
            None => "(unknown)".to_owned(),
            Some(_) if livepatch.is_initial() => format!("(none - this is an {initial})"),
            Some(_) => list(&cves),
        };
        line(out, "CVE", &text)?;
        let text = match livepatch.source {
            None => "(unknown)".to_owned(),
            Some(_) => list(&bugs),
        };
        line(out, "bug fixes and enhancements", &text)?;
        if let Some(system) = more {
            print_more(livepatch, system, out)?;
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, key: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{INDENT}{key}: {}", printable(value))
}

fn list(words: &[&str]) -> String {
    match words.is_empty() {
        true => "(none)".to_owned(),
        false => words.join(" "),
    }
}

fn package(livepatch: &Livepatch, out: &mut dyn Write) -> io::Result<()> {
    let is_deb = livepatch
        .owner
        .as_ref()
        .is_some_and(|owner| owner.kind == Kind::Deb);
    let key = if is_deb { "package" } else { "RPM" };

    line(out, key, livepatch.package.as_deref().unwrap_or("(none)"))
}

/// Prints what SUSE's tool says with `-v -v`, as far as it can be known, and what else the kernel and the note say.
fn print_more(livepatch: &Livepatch, system: &System, out: &mut dyn Write) -> io::Result<()> {
    let patch = &livepatch.patch;

    line(out, "expiration", &expiration(livepatch, system))?;
    line(out, "update status", &update(livepatch, system))?;
    line(
        out,
        "in transition",
        if patch.transition { "1" } else { "0" },
    )?;
    if let Some(version) = &livepatch.version {
        line(out, "version", version)?;
    }
    if let Some(date) = livepatch.date {
        line(out, "built", &rfc3339(date))?;
    }
    if let Some(replace) = patch.replace {
        line(out, "replaces others", if replace { "1" } else { "0" })?;
    }
    if let Some(order) = patch.stack_order {
        line(out, "place in the stack", &order.to_string())?;
    }
    line(out, "functions", &patch.functions().count().to_string())?;
    for fix in livepatch.fixes.iter().filter(|fix| fix.id.is_some()) {
        line(out, "fix", &fix_line(fix))?;
    }
    for problem in &livepatch.problems {
        line(out, "problem", problem)?;
    }
    Ok(())
}

fn fix_line(fix: &Fix) -> String {
    let mut text = format!(
        "{} ({}",
        fix.id.as_deref().unwrap_or_default(),
        fix.state.name()
    );
    if let Some(by) = &fix.by {
        text += &format!(" by {by}");
    }
    if let Some(severity) = &fix.severity {
        text += &format!(", {severity}");
    }
    text += ")";
    if let Some(title) = &fix.title {
        text += &format!(": {title}");
    }
    text
}

fn expiration(livepatch: &Livepatch, system: &System) -> String {
    let date = livepatch.owner.as_ref().and_then(|owner| {
        // Data that cannot be read say nothing.
        lifecycle::end(&system.root, &owner.name, &owner.version).unwrap_or_default()
    });

    date.unwrap_or_else(|| "(unknown)".to_owned())
}

fn update(livepatch: &Livepatch, system: &System) -> String {
    let Some(owner) = &livepatch.owner else {
        return "(unknown)".to_owned();
    };

    match Around::of(manager_for(system, owner.kind), system, owner) {
        Ok(Around {
            newest: Some(newest),
            ..
        }) => format!("{newest} is available"),
        Ok(_) => "up to date".to_owned(),
        Err(error) => format!("(unknown: {error})"),
    }
}
