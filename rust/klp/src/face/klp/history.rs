// SPDX-License-Identifier: GPL-2.0

//! `klp history`: what was done, when and by whom.

use std::collections::BTreeMap;
use std::io::{self, Write};

use livepatch_elf::show;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::journal::{self, Event, Outcome};
use crate::system::Root;
use crate::text::printable;

/// The arguments of `klp history`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only of this livepatch.
    pub livepatch: Option<String>,
    /// Only the last so many.
    #[arg(short, long)]
    pub last: Option<usize>,
}

/// Runs the command.
///
/// # Errors
///
/// The journal cannot be read.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let mut history = journal::history(context.system)?;
    if let Some(name) = &args.livepatch {
        history
            .events
            .retain(|event| event.entry.livepatch == *name);
    }
    if let Some(last) = args.last {
        let first = history.events.len().saturating_sub(last);
        history.events.drain(..first);
    }

    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &history)?;
            writeln!(context.out)?;
        }
        Format::Text => {
            let users = users(&context.system.root);
            for event in &history.events {
                line(event, &users, context.out)?;
            }
        }
    }
    if history.unreadable > 0 {
        let lines = crate::text::count(history.unreadable, "line");
        writeln!(
            context.err,
            "klp: {lines} of the journal cannot be read, and were passed over"
        )?;
    }
    Ok(Exit::Success)
}

fn line(event: &Event, users: &BTreeMap<u32, String>, out: &mut dyn Write) -> io::Result<()> {
    let entry = &event.entry;
    let outcome = match (entry.outcome, event.interrupted) {
        (Some(outcome), _) => outcome.name(),
        (None, true) => "interrupted",
        (None, false) => "goes on",
    };
    let took = match entry.outcome {
        Some(Outcome::Done | Outcome::Stalled | Outcome::Reverted) => {
            format!(" ({} s)", entry.time.saturating_sub(event.began))
        }
        _ => String::new(),
    };
    let user = |uid: u32| users.get(&uid).cloned().unwrap_or_else(|| uid.to_string());
    let by = match entry.by.login.filter(|&login| login != entry.by.uid) {
        Some(login) => format!("{} as {}", user(login), user(entry.by.uid)),
        None => user(entry.by.uid),
    };
    let detail = match entry.detail.is_empty() {
        true => String::new(),
        false => format!(": {}", printable(&entry.detail)),
    };

    writeln!(
        out,
        "{}  {:9} {}  {outcome}{took}  by {by}{detail}",
        show::utc(event.began),
        entry.action.name(),
        printable(&entry.livepatch),
    )
}

/// Returns the names of users, as far as `/etc/passwd` has them.
fn users(root: &Root) -> BTreeMap<u32, String> {
    let text = root.read_text("/etc/passwd").unwrap_or_default();
    let user = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, printable(&name)))
    };

    // The first of several names of one user is the one that counts.
    text.lines().rev().filter_map(user).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::face::klp::testing::run;
    use crate::journal::{Action, Operation, Outcome};
    use crate::system::fake::Machine;

    fn machine() -> Machine {
        let machine = Machine::new();
        machine.write(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/:/bin/sh\nnonsense\n",
        );
        machine.write("proc/self/loginuid", "1000");
        machine
    }

    fn add(machine: &Machine, action: Action, name: &str, outcome: Outcome, detail: &str) {
        let system = machine.system();
        let operation = Operation::begin(&system, action, name).unwrap();
        system.clock.sleep(Duration::from_secs(2));
        operation.end(&system, outcome, detail).unwrap();
    }

    #[test]
    fn without_a_journal_nothing_is_printed() {
        let ran = run(&machine(), &["history"]);

        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    }

    #[test]
    fn each_event_is_a_line() {
        let machine = machine();
        add(&machine, Action::Load, "fix", Outcome::Done, "");
        add(
            &machine,
            Action::Unload,
            "fix",
            Outcome::Failed,
            "in \u{1b}use",
        );
        let _cut_off = Operation::begin(&machine.system(), Action::Force, "other").unwrap();

        assert_eq!(
            run(&machine, &["history"]).out,
            "2026-09-21 14:13:20 UTC  load      fix  done (2 s)  by me as root\n\
             2026-09-21 14:13:22 UTC  unload    fix  failed  by me as root: in \\u{1b}use\n\
             2026-09-21 14:13:24 UTC  force     other  interrupted  by me as root\n"
        );
        assert_eq!(run(&machine, &["history", "other"]).out.lines().count(), 1);
        assert_eq!(
            run(&machine, &["history", "--last", "2"])
                .out
                .lines()
                .count(),
            2
        );
    }

    #[test]
    fn programs_get_the_same() {
        let machine = machine();
        add(&machine, Action::Load, "fix", Outcome::Reverted, "health");
        let out = run(&machine, &["history", "--format", "json"]).out;
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();

        assert_eq!(value["events"][0]["action"], "load");
        assert_eq!(value["events"][0]["outcome"], "reverted");
        assert_eq!(value["events"][0]["by"]["login"], 1000);
        assert_eq!(value["events"][0]["interrupted"], false);
    }

    #[test]
    fn lines_that_make_no_sense_are_told() {
        let machine = machine();
        machine.write("var/lib/klp/journal", "x\ny\n");

        assert!(run(&machine, &["history"])
            .err
            .contains("2 lines of the journal"));
    }
}
