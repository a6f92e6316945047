// SPDX-License-Identifier: GPL-2.0

//! `klp force`: ends a transition without the kernel's check.

use std::time::Duration;

use super::Options;
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{self, Action};
use crate::sysfs::patch;
use crate::transition::{self, Outcome};

/// How long the kernel may take after that.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What it costs.
const COST: &str = "\
Forcing a transition switches off the check that makes live patching safe:
  - a task that is in an old function goes on in it, and calls the new ones: what both share may be damaged;
  - the module of a livepatch that goes out can never be unloaded, and not be loaded again;
  - the machine should be restarted soon.
See klp blocking --explain for what it waits for.";

/// The arguments of `klp force`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The livepatch whose transition goes on.
    pub livepatch: String,
    /// Yes, I know what it costs.
    #[arg(long)]
    pub yes: bool,
}

/// Runs the command.
///
/// # Errors
///
/// It is not confirmed, no such transition goes on, or the kernel does not do it.
pub fn run(args: &Args, _options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let system = context.system;
    let name = &args.livepatch;
    let Some(patch) = patch::read(&system.root, name)? else {
        return Err(Failure::new(
            Exit::Failure,
            format!("no livepatch {name} is loaded; klp patches lists those that are"),
        ));
    };
    if !patch.transition {
        return Err(Failure::new(
            Exit::Failure,
            format!("no transition of {name} goes on: there is nothing to force"),
        ));
    }
    if !args.yes {
        writeln!(context.err, "{COST}")?;
        return Err(Failure::new(
            Exit::Failure,
            format!("nothing was done: to do it, say klp force --yes {name}"),
        ));
    }

    // Without a place in the journal it is not done: somebody will want to know.
    let operation = journal::Operation::begin(system, Action::Force, name)?;
    let forced = system
        .root
        .write_attribute(patch::attribute(name, "force"), "1")
        .and_then(|()| transition::wait(system, name, TIMEOUT, &mut |_| ()));
    let (outcome, detail) = match &forced {
        Ok(Outcome::Stalled) => (journal::Outcome::Stalled, String::new()),
        Ok(Outcome::Complete | Outcome::Gone) => (journal::Outcome::Done, String::new()),
        Err(error) => (journal::Outcome::Failed, error.to_string()),
    };
    operation.end(system, outcome, &detail)?;
    match forced? {
        Outcome::Stalled => Err(Failure::new(
            Exit::Stalled,
            format!("the transition of {name} goes on, though it was forced"),
        )),
        Outcome::Complete | Outcome::Gone => {
            let done = match patch.enabled {
                true => "is enabled",
                false => "is disabled",
            };
            writeln!(context.out, "{name} {done}, by force")?;
            Ok(Exit::Success)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::exit::Exit;
    use crate::face::klp::testing::run;
    use crate::system::fake::Machine;

    fn machine(transition: &str) -> Machine {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", "1");
        machine.write("sys/kernel/livepatch/fix/transition", transition);
        machine.write("sys/kernel/livepatch/fix/force", "");
        machine
    }

    #[test]
    fn without_a_yes_nothing_is_forced() {
        for arguments in [vec!["force", "fix"], vec!["-n", "force", "fix"]] {
            let machine = machine("1");
            let ran = run(&machine, &arguments);
            let failure = ran.result.unwrap_err();

            assert_eq!(failure.exit, Exit::Failure);
            assert!(failure.error.to_string().contains("klp force --yes fix"));
            assert!(ran.err.contains("can never be unloaded"));
            assert_eq!(machine.text("sys/kernel/livepatch/fix/force"), "");
            assert!(!machine.path().join("var/lib/klp/journal").exists());
        }
    }

    #[test]
    fn with_a_yes_it_is_forced_and_written_down() {
        let machine = machine("1");
        machine.on_tick(|root, _| {
            fs::write(root.join("sys/kernel/livepatch/fix/transition"), "0").unwrap();
        });
        let ran = run(&machine, &["force", "--yes", "fix"]);

        assert_eq!(ran.result.unwrap(), Exit::Success);
        assert_eq!(ran.out, "fix is enabled, by force\n");
        assert_eq!(machine.text("sys/kernel/livepatch/fix/force"), "1");
        let journal = machine.text("var/lib/klp/journal");
        assert_eq!(journal.lines().count(), 2);
        assert!(journal.contains("\"force\"") && journal.contains("\"done\""));
    }

    #[test]
    fn there_must_be_a_transition() {
        for name in ["fix", "none"] {
            let ran = run(&machine("0"), &["force", "--yes", name]);
            assert_eq!(ran.result.unwrap_err().exit, Exit::Failure);
        }
    }

    #[test]
    fn what_does_not_work_is_told() {
        let machine = machine("1");
        let ran = run(&machine, &["force", "--yes", "fix"]);
        assert_eq!(ran.result.unwrap_err().exit, Exit::Stalled);

        fs::remove_file(machine.path().join("sys/kernel/livepatch/fix/force")).unwrap();
        let ran = run(&machine, &["force", "--yes", "fix"]);
        assert!(ran.result.unwrap_err().error.to_string().contains("force"));
        assert!(machine.text("var/lib/klp/journal").contains("\"failed\""));
    }
}
