// SPDX-License-Identifier: GPL-2.0

//! `klp functions`: which function is replaced by whom, in which order, since when.

use std::io::{self, Write};

use livepatch_elf::show;

use super::{Format, Options};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::functions::{self, Replaced, Replacement};
use crate::sysfs::patch::State;
use crate::text::printable;

/// The arguments of `klp functions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only functions of this name.
    pub function: Option<String>,
}

/// Runs the command.
///
/// # Errors
///
/// sysfs cannot be read.
pub fn run(args: &Args, options: Options, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let mut functions = functions::all(context.system)?;
    if let Some(name) = &args.function {
        functions.retain(|replaced| replaced.function == *name);
    }

    match options.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &functions)?;
            writeln!(context.out)?;
        }
        Format::Text => {
            for replaced in &functions {
                print(replaced, context.out)?;
            }
        }
    }
    Ok(Exit::Success)
}

fn print(replaced: &Replaced, out: &mut dyn Write) -> io::Result<()> {
    let name = printable(&replaced.function);
    let name = match replaced.sympos {
        1 => name,
        sympos => format!("{name},{sympos}"),
    };

    writeln!(out, "{name} ({})", printable(&replaced.object))?;
    for (number, by) in replaced.by.iter().enumerate() {
        let place = match number {
            0 => "by",
            _ => "over",
        };
        writeln!(
            out,
            "    {place:4} {}{}",
            printable(&by.livepatch),
            about(by)
        )?;
    }
    Ok(())
}

fn about(by: &Replacement) -> String {
    let state = match by.state {
        State::Enabled => "",
        State::Disabled => ", disabled",
        State::Enabling => ", enabling",
        State::Disabling => ", disabling",
    };
    let patched = match by.patched {
        Some(false) => ", when its module is loaded",
        _ => "",
    };
    let since = by.since.map_or(String::new(), |seconds| {
        format!(", since {}", show::utc(seconds))
    });

    format!("{state}{patched}{since}")
}

#[cfg(test)]
mod tests {
    use crate::face::klp::testing::run;
    use crate::system::fake::Machine;

    fn machine() -> Machine {
        let machine = Machine::new();
        for (name, order, transition) in [("old", "1", "0"), ("new", "2", "1")] {
            let directory = format!("sys/kernel/livepatch/{name}");
            machine.write(&format!("{directory}/enabled"), "1");
            machine.write(&format!("{directory}/transition"), transition);
            machine.write(&format!("{directory}/stack_order"), order);
            machine.directory(&format!("{directory}/vmlinux/foo,1"));
        }
        machine.write("sys/kernel/livepatch/new/mod/patched", "0");
        machine.directory("sys/kernel/livepatch/new/mod/bar,2");
        machine.write("proc/stat", "btime 1790000000");
        machine.write("dev/kmsg", "5,1,1,-;livepatch: 'old': patching complete\n");
        machine
    }

    #[test]
    fn each_function_has_its_livepatches() {
        assert_eq!(
            run(&machine(), &["functions"]).out,
            "\
bar,2 (mod)
    by   new, enabling, when its module is loaded
foo (vmlinux)
    by   new, enabling
    over old, since 2026-09-21 14:13:20 UTC
"
        );
        assert_eq!(
            run(&machine(), &["functions", "foo"]).out.lines().count(),
            3
        );
        assert_eq!(run(&machine(), &["functions", "none"]).out, "");
    }

    #[test]
    fn programs_get_the_same() {
        let out = run(&machine(), &["functions", "--format", "json"]).out;
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();

        assert_eq!(value[1]["function"], "foo");
        assert_eq!(value[1]["by"][0]["livepatch"], "new");
        assert_eq!(value[1]["by"][1]["since"], 1_790_000_000);
        assert_eq!(value[0]["by"][0]["patched"], false);
    }
}
