// SPDX-License-Identifier: GPL-2.0

//! `klp wait`: waits for the end of a transition.

use std::time::Duration;

use serde::Serialize;

use super::{duration, progress, Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::sysfs::patch::{self, State};
use crate::transition::{self, Outcome};

/// The arguments of `klp wait`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The livepatch; without it, the one whose transition goes on.
    pub livepatch: Option<String>,
    /// How long to wait at most; without it, as the policy says.
    #[arg(short, long, value_parser = duration::parse)]
    pub timeout: Option<Duration>,
}

/// What has become of it.
#[derive(Serialize)]
struct Report {
    livepatch: Option<String>,
    /// Not there if the livepatch is gone.
    state: Option<State>,
}

/// Runs the command.
///
/// # Errors
///
/// sysfs cannot be read, or there is no such livepatch.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let timeout = match args.timeout {
        Some(timeout) => timeout,
        None => context.policy()?.transition.timeout,
    };
    let name = match &args.livepatch {
        Some(name) if patch::read(&system.root, name)?.is_none() => {
            return Err(Failure::new(
                Exit::Failure,
                format!("no livepatch {name} is loaded; klp patches lists those that are"),
            ));
        }
        Some(name) => Some(name.clone()),
        None => patch::all(&system.root)?
            .into_iter()
            .find(|patch| patch.transition)
            .map(|patch| patch.name),
    };
    let Some(name) = name else {
        return report(None, None, options, context);
    };

    let err = &mut *context.err;
    let outcome = transition::wait(system, &name, timeout, &mut |now| {
        // Who does not listen to the messages wants to wait all the same.
        let _ = progress::say(now, err);
    })?;
    match outcome {
        Outcome::Stalled => progress::explain_stall(options, timeout, context),
        Outcome::Complete | Outcome::Gone => {
            let state = patch::read(&system.root, &name)?.map(|patch| patch.state());
            report(Some(name), state, options, context)
        }
    }
}

fn report(
    livepatch: Option<String>,
    state: Option<State>,
    options: Options,
    context: &mut Context<'_>,
) -> Result<Exit, Failure> {
    match (options.format, &livepatch, state) {
        (Format::Json, ..) => {
            serde_json::to_writer_pretty(&mut *context.out, &Report { livepatch, state })?;
            writeln!(context.out)?;
        }
        (Format::Text, None, _) => writeln!(context.out, "no transition goes on")?,
        (Format::Text, Some(name), Some(State::Enabled | State::Enabling)) => {
            writeln!(context.out, "{name} is enabled")?;
        }
        (Format::Text, Some(name), _) => writeln!(context.out, "{name} is disabled")?,
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use crate::exit::Exit;
    use crate::face::klp::testing::run;
    use crate::system::fake::Machine;

    fn machine(enabled: &str, transition: &str) -> Machine {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", enabled);
        machine.write("sys/kernel/livepatch/fix/transition", transition);
        machine.write("proc/7/task/7/patch_state", "0");
        machine
    }

    #[test]
    fn where_nothing_goes_on_nothing_is_waited_for() {
        let machine = machine("1", "0");
        let ran = run(&machine, &["wait"]);

        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert_eq!(ran.out, "no transition goes on\n");
        assert_eq!(run(&machine, &["wait", "fix"]).out, "fix is enabled\n");
        assert!(run(&machine, &["wait", "none"]).result.is_err());
    }

    #[test]
    fn the_end_is_told() {
        let machine = machine("1", "1");
        machine.on_tick(|root, now| {
            if now >= Duration::from_secs(5) {
                fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0").unwrap();
            }
        });
        let ran = run(&machine, &["wait", "--timeout", "1m"]);

        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert_eq!(ran.out, "fix is enabled\n");
        assert!(
            ran.err.starts_with("klp: 1 of 1 task left after 1 s\n"),
            "{}",
            ran.err
        );
    }

    #[test]
    fn one_that_goes_is_disabled() {
        let machine = machine("0", "1");
        machine.on_tick(|root, _| {
            let _ = fs::remove_dir_all(root.join("sys/kernel/livepatch/fix"));
        });

        assert_eq!(run(&machine, &["wait"]).out, "fix is disabled\n");
    }

    #[test]
    fn a_stall_is_explained() {
        let machine = machine("1", "1");
        let ran = run(&machine, &["wait", "--timeout", "3"]);

        assert_eq!(ran.result.unwrap(), Exit::Stalled);
        assert!(ran.err.contains("has not ended within 3 s"), "{}", ran.err);
        assert!(
            ran.err.contains("enabling fix: 1 of 1 task left"),
            "{}",
            ran.err
        );
        assert_eq!(machine.now(), Duration::from_secs(3));

        let ran = run(&machine, &["wait", "--timeout", "0", "--format", "json"]);
        assert_eq!(ran.result.unwrap(), Exit::Stalled);
        let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(value["left"], 1);
    }

    #[test]
    fn a_time_that_makes_no_sense_is_refused() {
        let ran = run(&machine("1", "0"), &["wait", "--timeout", "soon"]);

        assert_eq!(ran.result.unwrap(), Exit::Usage);
        assert!(ran.err.contains("ms, s, m, h"), "{}", ran.err);
    }
}
