// SPDX-License-Identifier: GPL-2.0

//! `klp fixes`: which CVEs and bugs are fixed in the running kernel, and which would be.

use std::io::{self, Write};

use serde::Serialize;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::policy::CveId;
use crate::proc::kernel;
use crate::report::{self, Fix, FixState, Inactive, Livepatch};
use crate::text::printable;

/// The arguments of `klp fixes`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only say whether these CVEs or bugs are fixed: exit status 0 if all are, 1 if not.
    #[arg(value_name = "CVE|BUG")]
    pub ids: Vec<String>,
}

#[derive(Serialize)]
struct Report {
    kernel: String,
    livepatches: Vec<Livepatch>,
    inactive: Vec<Inactive>,
}

#[derive(Serialize)]
struct Answer {
    id: String,
    fixed: bool,
    /// Who fixes it, or would.
    livepatch: Option<String>,
    /// The state of that; [`None`] if no livepatch knows it.
    state: Option<FixState>,
}

/// Runs the command.
///
/// # Errors
///
/// sysfs, or the directories of installed livepatches, cannot be read.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let kernel = kernel::release(&system.root)?;
    let livepatches = report::all(system, false)?;
    let inactive = report::inactive(&system.root, &kernel, &livepatches)?;
    let report = Report {
        kernel,
        livepatches,
        inactive,
    };
    warn(&report, context)?;
    if !args.ids.is_empty() {
        return answer(&report, &args.ids, options.format, context);
    }

    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &report)?;
            writeln!(context.out)?;
        }
        Format::Text => print(&report, context.out)?,
    }
    Ok(Exit::Success)
}

fn warn(report: &Report, context: &mut Context<'_>) -> io::Result<()> {
    for livepatch in &report.livepatches {
        for problem in &livepatch.problems {
            let name = printable(&livepatch.patch.name);
            writeln!(context.err, "klp: warning: {name}: {}", printable(problem))?;
        }
    }
    for inactive in &report.inactive {
        if let Some(problem) = &inactive.problem {
            let file = inactive.file.display().to_string();
            let (file, problem) = (printable(&file), printable(problem));
            writeln!(context.err, "klp: warning: {file}: {problem}")?;
        }
    }
    Ok(())
}

fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for livepatch in &report.livepatches {
        writeln!(out, "{}", printable(&livepatch.patch.name))?;
        match livepatch.source {
            None => writeln!(out, "    (it does not say what it fixes)")?,
            Some(_) => print_fixes(&livepatch.fixes, out)?,
        }
    }
    if report.inactive.is_empty() {
        return Ok(());
    }
    if !report.livepatches.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "Installed, but not active:")?;
    for inactive in &report.inactive {
        writeln!(out, "{}", printable(&inactive.name))?;
        match &inactive.fixes {
            None => writeln!(out, "    (it does not say what it fixes)")?,
            Some(fixes) => print_fixes(fixes, out)?,
        }
    }
    Ok(())
}

fn print_fixes(fixes: &[Fix], out: &mut dyn Write) -> io::Result<()> {
    if fixes.is_empty() {
        writeln!(out, "    (none)")?;
    }
    for fix in fixes {
        let mut ids = fix.cves.clone();
        ids.extend_from_slice(match fix.cves.is_empty() {
            true => &fix.references,
            false => &[],
        });
        if ids.is_empty() {
            ids.extend(fix.id.clone());
        }
        let mut line = printable(&ids.join(" "));
        if let Some(severity) = &fix.severity {
            line += &format!(", {}", printable(severity));
        }
        if fix.state != FixState::Active && fix.state != FixState::Inactive {
            line += &format!(", {}", fix.state.name());
            if let Some(by) = &fix.by {
                line += &format!(" by {}", printable(by));
            }
        }
        if let Some(title) = &fix.title {
            line += &format!(": {}", printable(title));
        }
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// Says whether each of some CVEs and bugs is fixed.
fn answer(
    report: &Report,
    ids: &[String],
    format: Format,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let answers: Vec<_> = ids.iter().map(|id| find(report, id)).collect();

    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &answers)?;
            writeln!(context.out)?;
        }
        Format::Text => {
            for Answer {
                id,
                fixed,
                livepatch,
                state,
            } in &answers
            {
                let id = printable(id);
                let name = livepatch.as_deref().map(printable).unwrap_or_default();
                match (fixed, state) {
                    (true, _) => writeln!(context.out, "{id}: fixed by {name}")?,
                    (false, Some(state)) => {
                        writeln!(context.out, "{id}: not fixed: {} in {name}", state.name())?;
                    }
                    (false, None) => {
                        writeln!(context.out, "{id}: not fixed by any livepatch here")?;
                    }
                }
            }
        }
    }
    match answers.iter().all(|answer| answer.fixed) {
        true => Ok(Exit::Success),
        false => Ok(Exit::Failure),
    }
}

fn find(report: &Report, id: &str) -> Answer {
    let is_it = |fix: &&Fix| {
        let is_cve = |cve: &String| cve.eq_ignore_ascii_case(id);
        fix.cves.iter().any(is_cve)
            || (!CveId::is_valid(id) && fix.references.iter().any(|reference| reference == id))
    };
    let running = report.livepatches.iter().flat_map(|livepatch| {
        let name = &livepatch.patch.name;
        livepatch
            .fixes
            .iter()
            .filter(is_it)
            .map(move |fix| (name, fix))
    });
    let installed = report.inactive.iter().flat_map(|inactive| {
        let fixes = inactive.fixes.iter().flatten();
        fixes.filter(is_it).map(move |fix| (&inactive.name, fix))
    });
    let mut found: Vec<_> = running.chain(installed).collect();
    found.sort_by_key(|(_, fix)| fix.state != FixState::Active);

    let best = found.first();
    Answer {
        id: id.to_owned(),
        fixed: best.is_some_and(|(_, fix)| fix.state == FixState::Active),
        livepatch: best.map(|(name, _)| (*name).clone()),
        state: best.map(|(_, fix)| fix.state),
    }
}

#[cfg(test)]
mod tests;
