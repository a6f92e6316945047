// SPDX-License-Identifier: GPL-2.0

//! `klp metrics`: what Prometheus wants to know, in its text format.

use std::fmt::Write;
use std::path::PathBuf;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::output;
use crate::proc::{kernel, task};
use crate::report::{self, FixState, Livepatch};
use crate::sysfs::patch;
use crate::system::SystemError;

/// The arguments of `klp metrics`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write to FILE, for the textfile collector of node_exporter: as a whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A metric: its name, what it says, and its samples, each with labels and a value.
struct Metric {
    name: &'static str,
    help: &'static str,
    samples: Vec<(Vec<(&'static str, String)>, u64)>,
}

impl Metric {
    fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            samples: Vec::new(),
        }
    }

    fn value(mut self, value: impl Into<u64>) -> Self {
        self.samples.push((Vec::new(), value.into()));
        self
    }

    fn with<L>(mut self, samples: impl IntoIterator<Item = (L, u64)>) -> Self
    where
        L: IntoIterator<Item = (&'static str, String)>,
    {
        self.samples.extend(
            samples
                .into_iter()
                .map(|(labels, value)| (labels.into_iter().collect(), value)),
        );
        self
    }
}

/// Runs the command.
///
/// # Errors
///
/// sysfs or procfs cannot be read, or the file cannot be written.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let metrics = collect(context)?;
    let text = match options.format {
        Format::Text => text(&metrics),
        Format::Json => json(&metrics)?,
    };

    match &args.output {
        Some(path) => output::write(path, text.as_bytes())?,
        None => context.out.write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}

fn collect(context: &Context<'_>) -> Result<Vec<Metric>, SystemError> {
    let system = context.system;
    let release = kernel::release(&system.root)?;
    let livepatches = report::all(system, false)?;
    let inactive = report::inactive(&system.root, &release, &livepatches)?;
    let transition = livepatches
        .iter()
        .map(|livepatch| &livepatch.patch)
        .find(|patch| patch.transition);
    let name = |livepatch: &Livepatch| [("livepatch", livepatch.patch.name.clone())];
    let each = |value: &dyn Fn(&Livepatch) -> u64| {
        livepatches
            .iter()
            .map(|livepatch| (name(livepatch), value(livepatch)))
            .collect::<Vec<_>>()
    };
    let mut metrics = vec![
        Metric::new("klp_supported", "Whether the kernel can be live patched.")
            .value(patch::is_supported(&system.root)),
        Metric::new("klp_transition_in_progress", "Whether a transition goes on.")
            .value(transition.is_some()),
        Metric::new("klp_livepatch_info", "A livepatch that the kernel knows.").with(
            livepatches.iter().map(|livepatch| {
                let version = livepatch.version.clone().unwrap_or_default();
                let [name] = name(livepatch);
                ([name, ("version", version), ("kernel", release.clone())], 1)
            }),
        ),
        Metric::new(
            "klp_livepatch_enabled",
            "Whether the livepatch is enabled, or being enabled.",
        )
        .with(each(&|livepatch| livepatch.patch.enabled.into())),
        Metric::new(
            "klp_livepatch_transition",
            "Whether tasks still change over to the livepatch, or away from it.",
        )
        .with(each(&|livepatch| livepatch.patch.transition.into())),
        Metric::new(
            "klp_livepatch_functions",
            "Number of functions that the livepatch replaces.",
        )
        .with(each(&|livepatch| livepatch.patch.functions().count() as u64)),
        Metric::new(
            "klp_livepatch_problems",
            "Number of things that could not be told about the livepatch.",
        )
        .with(each(&|livepatch| livepatch.problems.len() as u64)),
        Metric::new(
            "klp_livepatch_built_timestamp_seconds",
            "When the livepatch was built.",
        )
        .with(
            livepatches
                .iter()
                .filter_map(|livepatch| Some((name(livepatch), livepatch.date?))),
        ),
        Metric::new(
            "klp_cve_fixed",
            "Whether the livepatch fixes the CVE in the running kernel: 0 while it does not for all tasks.",
        )
        .with(livepatches.iter().flat_map(cves)),
        Metric::new(
            "klp_livepatch_inactive_info",
            "A livepatch that is installed for the running kernel, and not active.",
        )
        .with(inactive.iter().map(|inactive| {
            let version = inactive.version.clone().unwrap_or_default();
            (
                [
                    ("livepatch", inactive.name.clone()),
                    ("version", version),
                ],
                1,
            )
        })),
    ];

    if let Some(patch) = transition {
        let census = task::census(&system.root, patch.enabled)?;
        metrics.extend([
            Metric::new(
                "klp_transition_tasks",
                "Number of tasks that could be seen.",
            )
            .value(census.tasks as u64),
            Metric::new(
                "klp_transition_tasks_waiting",
                "Number of tasks that the transition waits for.",
            )
            .value(census.waiting.len() as u64),
            Metric::new(
                "klp_transition_tasks_hidden",
                "Number of tasks that did not show their state.",
            )
            .value(census.hidden as u64),
        ]);
    }
    Ok(metrics)
}

/// Returns a sample for each CVE of a livepatch: it is fixed if all fixes that it takes are in force.
fn cves(livepatch: &Livepatch) -> Vec<([(&'static str, String); 2], u64)> {
    livepatch
        .cves()
        .into_iter()
        .map(|cve| {
            let is_fixed = livepatch
                .fixes
                .iter()
                .filter(|fix| fix.cves.iter().any(|other| other == cve))
                .all(|fix| fix.state == FixState::Active);
            let labels = [
                ("cve", cve.to_owned()),
                ("livepatch", livepatch.patch.name.clone()),
            ];
            (labels, is_fixed.into())
        })
        .collect()
}

/// Returns metrics in the text format.
fn text(metrics: &[Metric]) -> String {
    let mut text = String::new();

    for Metric {
        name,
        help,
        samples,
    } in metrics
    {
        // Writing to a string cannot fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n");
        for (labels, value) in samples {
            let labels: Vec<_> = labels
                .iter()
                .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
                .collect();
            let labels = match labels.is_empty() {
                true => String::new(),
                false => format!("{{{}}}", labels.join(",")),
            };
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}

/// Returns the value of a label as the text format writes it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('\n', r"\n")
}

/// Returns metrics as one JSON value: names, and for each its samples.
fn json(metrics: &[Metric]) -> serde_json::Result<String> {
    let mut object = serde_json::Map::new();

    for metric in metrics {
        let samples = metric
            .samples
            .iter()
            .map(|(labels, value)| {
                let labels: serde_json::Map<_, _> = labels
                    .iter()
                    .map(|(label, value)| ((*label).to_owned(), value.as_str().into()))
                    .collect();
                serde_json::json!({ "labels": labels, "value": value })
            })
            .collect();
        object.insert(metric.name.to_owned(), serde_json::Value::Array(samples));
    }
    Ok(serde_json::to_string_pretty(&object)? + "\n")
}

#[cfg(test)]
mod tests;
