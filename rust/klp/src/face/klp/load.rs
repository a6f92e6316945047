// SPDX-License-Identifier: GPL-2.0

//! `klp load`: explains, loads, watches, and takes back what is not good.

use std::io;
use std::time::Duration;

use serde::Serialize;

use super::change::{self, Teller};
use super::{duration, progress, Format, Options};
use crate::doctor::{self, Diagnosis, Level, Subject};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::guard::{HealthCheck, Trouble};
use crate::guarded::{self, End, Plan, Report};
use crate::module_file::ModuleFile;
use crate::policy::{OnStall, Policy};
use crate::stall;
use crate::text::{self, printable};

/// How long a health check may take, and the kernel is watched after a guarded load.
const HEALTH_TIMEOUT: &str = "30s";
const WATCH: &str = "5s";

/// The arguments of `klp load`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file of the livepatch, or the name of one that is installed.
    pub livepatch: String,
    /// Wait until all tasks use it; it is the default.
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
    /// Do not wait until all tasks use it.
    #[arg(long, conflicts_with_all = ["timeout", "revert_on_stall", "guard", "health_check"])]
    pub no_wait: bool,
    /// How long the transition may take; without it, as the policy says.
    #[arg(short, long, value_parser = duration::parse)]
    pub timeout: Option<Duration>,
    /// Take it back when the transition takes longer.
    #[arg(long)]
    pub revert_on_stall: bool,
    /// Take it back when the kernel warns of something, has an oops, or becomes tainted, until --watch is over.
    #[arg(long)]
    pub guard: bool,
    /// Run a command of the shell when all tasks use it; take it back when the command fails. With --guard.
    #[arg(long, value_name = "CMD")]
    pub health_check: Option<String>,
    /// How long the command may take.
    #[arg(long, value_parser = duration::parse, default_value = HEALTH_TIMEOUT)]
    pub health_timeout: Duration,
    /// How long the kernel is watched after that.
    #[arg(long, value_parser = duration::parse, default_value = WATCH)]
    pub watch: Duration,
    /// Try it though the doctor says that the kernel will refuse it.
    #[arg(long)]
    pub no_doctor: bool,
}

impl Args {
    fn plan(&self, policy: &Policy) -> Plan {
        let guard = self.guard || self.health_check.is_some();
        let limits = change::limits(policy);

        Plan {
            timeout: match self.no_wait {
                true => Duration::ZERO,
                false => self
                    .timeout
                    .unwrap_or_else(|| limits.transition.saturating_add(limits.signalled)),
            },
            limits,
            revert_on_stall: self.revert_on_stall
                || (policy.transition.on_stall == OnStall::Revert && !self.no_wait),
            revert_on_trouble: guard,
            health: self.health_check.as_ref().map(|command| HealthCheck {
                command: command.clone(),
                timeout: self.health_timeout,
            }),
            watch: match guard {
                true => self.watch,
                false => Duration::ZERO,
            },
        }
    }
}

/// The result for programs.
#[derive(Default, Serialize)]
struct Output<'a> {
    livepatch: &'a str,
    /// What the doctor says.
    diagnosis: Option<&'a Diagnosis>,
    /// How it has ended; not there if it was not loaded.
    #[serde(flatten)]
    end: Option<&'a End>,
    /// Why it was not loaded.
    error: Option<String>,
    /// What the kernel has said, if it was not loaded.
    kernel: Vec<String>,
    /// How many milliseconds it took.
    milliseconds: Option<u64>,
    /// Trouble that nobody has acted on.
    trouble: Option<&'a Trouble>,
    /// The livepatches that it has replaced.
    replaced: &'a [String],
    /// What the transition waits for, if it stalls.
    stall: Option<stall::Report>,
}

/// Runs the command.
///
/// # Errors
///
/// It could not be loaded.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let policy = context.policy()?;
    let _lock = change::begin(system)?;
    let module = ModuleFile::open(&system.root, change::find(system, &args.livepatch)?)?;
    let diagnosis = doctor::diagnose(
        system,
        Some(&Subject::under(&policy, system, &module)),
        Some(&policy),
    )?;
    let mut output = Output {
        livepatch: module.name(),
        diagnosis: Some(&diagnosis),
        ..Output::default()
    };

    if options.format == Format::Text {
        doctor::render(&diagnosis, options.verbose > 0, context.err)?;
    }
    if refuses(&diagnosis, args) {
        let error = format!("{}; nothing was done", diagnosis.summary());
        output.error = Some(error.clone());
        print(&output, options, context)?;
        return Err(Failure::new(Exit::Failure, error));
    }
    let plan = args.plan(&policy);
    let mut teller = Teller {
        err: context.err,
        verbose: options.verbose,
    };
    let report = match guarded::load(system, &module, &plan, &mut teller) {
        Ok(report) => report,
        Err(refused) => {
            for line in &refused.kernel {
                writeln!(context.err, "klp: the kernel says: {}", printable(line))?;
            }
            output.error = Some(refused.to_string());
            output.kernel.clone_from(&refused.kernel);
            print(&output, options, context)?;
            return Err(refused.into());
        }
    };
    output.end = Some(&report.end);
    output.milliseconds = u64::try_from(report.waited.as_millis()).ok();
    output.trouble = report.trouble.as_ref();
    output.replaced = &report.replaced;
    if report.end == End::Stalled && options.format == Format::Json {
        output.stall = stall::report(system, stall::FEW)?;
    }
    print(&output, options, context)?;
    conclude(module.name(), &report, options, context)
}

/// Returns whether the doctor's word keeps the livepatch out. What the administrator does not allow is never let in.
fn refuses(diagnosis: &Diagnosis, args: &Args) -> bool {
    diagnosis.findings.iter().any(|finding| {
        finding.level == Level::Refused && (!args.no_doctor || finding.rule == doctor::POLICY_RULE)
    })
}

fn print(output: &Output<'_>, options: Options, context: &mut Context<'_>) -> io::Result<()> {
    if options.format == Format::Json {
        serde_json::to_writer_pretty(&mut *context.out, output)?;
        writeln!(context.out)?;
    }
    Ok(())
}

/// Tells people how it has ended, and programs the status.
fn conclude(
    name: &str,
    report: &Report,
    options: Options,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    let waited = text::duration(report.waited);
    if let Some(trouble) = &report.trouble {
        writeln!(
            context.err,
            "klp: warning: {}",
            printable(&trouble.to_string())
        )?;
    }

    let (exit, line) = match &report.end {
        End::Enabled => (Exit::Success, format!("{name} is enabled, after {waited}")),
        End::AlreadyEnabled => (Exit::Success, format!("{name} is enabled already")),
        End::Begun => (
            Exit::Success,
            format!("{name} is being enabled: see klp status, klp wait"),
        ),
        End::Stalled => {
            if options.format == Format::Text {
                progress::explain_stall(options, report.waited, context)?;
            }
            (Exit::Stalled, format!("{name} is still being enabled"))
        }
        End::Disabled => {
            return Err(Failure::new(
                Exit::Failure,
                format!("somebody has disabled {name} meanwhile"),
            ))
        }
        End::Reverted { reason } => {
            lost(report, context)?;
            return Err(Failure::new(
                Exit::Reverted,
                format!("{name} was taken back: {}", printable(&reason.text())),
            ));
        }
        End::NotReverted { reason, error } => {
            return Err(Failure::new(
                Exit::Stalled,
                format!(
                    "{}; {name} could not be taken back: {error}; see klp blocking --explain",
                    printable(&reason.text())
                ),
            ))
        }
    };
    if options.format == Format::Text {
        writeln!(context.out, "{line}")?;
    }
    Ok(exit)
}

/// Tells of livepatches that one which was taken back had replaced: they do not come back by themselves.
fn lost(report: &Report, context: &mut Context<'_>) -> io::Result<()> {
    for name in &report.replaced {
        writeln!(
            context.err,
            "klp: warning: {name}, which was replaced, is not in force any more: load it again"
        )?;
    }
    Ok(())
}
