// SPDX-License-Identifier: GPL-2.0

//! `klp blocking`: the tasks that a transition waits for, and what keeps them.

use std::io::{self, Write};

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::stall::{self, Blocker, Report};
use crate::text::printable;

/// The arguments of `klp blocking`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say what keeps each task, and what lets it go.
    #[arg(short, long)]
    pub explain: bool,
    /// Look closely at all tasks, not only at the first hundred.
    #[arg(short, long)]
    pub all: bool,
}

/// Runs the command.
///
/// Without `-v` it prints the numbers of threads, with it their command lines too, with two their stacks.
///
/// # Errors
///
/// sysfs or procfs cannot be read.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let few = args.explain || options.format == Format::Json;
    let most = match few && !args.all {
        true => stall::FEW,
        false => usize::MAX,
    };
    let report = stall::report(context.system, most)?;

    match (options.format, &report) {
        (Format::Json, report) => {
            serde_json::to_writer_pretty(&mut *context.out, report)?;
            writeln!(context.out)?;
        }
        (Format::Text, Some(report)) if args.explain => {
            stall::render(report, options.verbose > 0, context.out)?;
        }
        (Format::Text, Some(report)) if report.left > 0 => {
            threads(report, options.verbose, context.out)?;
        }
        (Format::Text, _) => {
            if args.explain {
                writeln!(context.out, "no transition goes on")?;
            } else if options.verbose > 0 {
                writeln!(context.out, "no threads with klp_in_progress set")?;
            }
        }
    }
    if let Some(hidden) = report
        .map(|report| report.hidden)
        .filter(|&hidden| hidden > 0)
    {
        writeln!(
            context.err,
            "klp: {hidden} tasks did not show whether they are waited for: only root can see that"
        )?;
    }
    Ok(Exit::Success)
}

fn threads(report: &Report, verbose: u8, out: &mut dyn Write) -> io::Result<()> {
    for blocker in &report.waiting {
        match verbose {
            0 => writeln!(out, "{}", blocker.task.tid)?,
            _ => writeln!(out, "{} {}", blocker.task.tid, command_line(blocker))?,
        }
        if verbose > 1 {
            for frame in blocker.stack.iter().flatten() {
                let function = printable(&frame.function);
                match &frame.module {
                    Some(module) => writeln!(out, "    {function} [{}]", printable(module))?,
                    None => writeln!(out, "    {function}")?,
                }
            }
        }
    }
    Ok(())
}

/// Returns the command line of a task; its name in brackets for one that has none.
fn command_line(blocker: &Blocker) -> String {
    match blocker.arguments.is_empty() {
        true => format!("[{}]", printable(&blocker.command)),
        false => printable(&blocker.arguments.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::exit::Exit;
    use crate::face::klp::testing::{run, Ran};
    use crate::system::fake::Machine;

    fn stalled() -> Machine {
        let machine = Machine::new();
        machine.write("sys/kernel/livepatch/fix/enabled", "1");
        machine.write("sys/kernel/livepatch/fix/transition", "1");
        machine.directory("sys/kernel/livepatch/fix/vmlinux/foo,1");
        for (pid, flags, cmdline) in [(7, 0, "cat\0/x\0"), (8, 0x0020_0000, "")] {
            let directory = format!("proc/{pid}/task/{pid}");
            machine.write(&format!("proc/{pid}/cmdline"), cmdline);
            machine.write(&format!("{directory}/patch_state"), "0");
            machine.write(
                &format!("{directory}/stack"),
                "[<0>] foo+0x1/0x2\n[<0>] x+0x1/0x2 [m]",
            );
            machine.write(
                &format!("{directory}/stat"),
                format!("{pid} (kw) S 1 1 1 0 -1 {flags} 1 0 0 0 0 0 0 0 20 0 1 0 1 0 0"),
            );
        }
        machine
    }

    fn out(machine: &Machine, arguments: &[&str]) -> String {
        let Ran { result, out, .. } = run(machine, arguments);
        assert_eq!(result.unwrap(), Exit::Success);
        out
    }

    #[test]
    fn nothing_is_said_without_a_transition() {
        let machine = Machine::new();

        assert_eq!(out(&machine, &["blocking"]), "");
        assert_eq!(
            out(&machine, &["-v", "blocking"]),
            "no threads with klp_in_progress set\n"
        );
        assert_eq!(
            out(&machine, &["blocking", "--explain"]),
            "no transition goes on\n"
        );
        assert_eq!(out(&machine, &["--format", "json", "blocking"]), "null\n");
    }

    #[test]
    fn more_is_said_with_each_v() {
        let machine = stalled();

        assert_eq!(out(&machine, &["blocking"]), "7\n8\n");
        assert_eq!(out(&machine, &["-v", "blocking"]), "7 cat /x\n8 [kw]\n");
        assert_eq!(
            out(&machine, &["blocking", "-v", "-v"]),
            "7 cat /x\n    foo\n    x [m]\n8 [kw]\n    foo\n    x [m]\n"
        );
    }

    #[test]
    fn it_explains() {
        let text = out(&stalled(), &["blocking", "--explain"]);

        assert!(text.contains("is in foo of vmlinux"), "{text}");
        assert!(!text.contains("stack:"), "{text}");
        assert!(out(&stalled(), &["-v", "blocking", "-e"]).contains("stack:"));
    }
}
