// SPDX-License-Identifier: GPL-2.0

//! Who uses ftrace on which function: `enabled_functions` of tracefs.
//!
//! ```text
//! foo [module] (2) R I D O M     tramp: 0xffff… (klp_ftrace_handler+0x0/0x1)->ftrace_regs_caller
//! [A] [B]      [C] [D]           [E]
//!         direct-->bpf_trampoline_1234
//!
//! [A]  the function   [B]  its module   [C]  how many users   [D]  flags   [E]  the only user
//! ```
//!
//! `I`: a user changes where the function goes, as livepatches do; the kernel allows one of those. `D`: a trampoline is called
//! directly, as those of BPF are.

use crate::system::{Root, SystemError};

/// Where tracefs can be.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

/// The most that is read: a kernel has some ten thousand functions, and all can be traced at once.
const MAX: usize = 64 << 20;

/// A function that ftrace is used on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// Its name.
    pub function: String,
    /// Its module; [`None`] for the kernel's own.
    pub module: Option<String>,
    /// Whether somebody changes where it goes.
    pub ipmodify: bool,
    /// Whether a trampoline is called directly.
    pub direct: bool,
    /// What is said of the users.
    pub users: String,
}

impl Traced {
    /// Returns whether it is a function of an object, as livepatches name them.
    pub fn is(&self, object: &str, function: &str) -> bool {
        self.function == function && self.module.as_deref().unwrap_or("vmlinux") == object
    }
}

/// Returns the functions that ftrace is used on; [`None`] if the kernel does not tell.
///
/// # Errors
///
/// Only root may see it, or it cannot be read.
pub fn enabled_functions(root: &Root) -> Result<Option<Vec<Traced>>, SystemError> {
    Ok(read(root, "enabled_functions")?.map(|text| parse(&text)))
}

/// Returns the functions that can be traced, as `function` or `function [module]`; [`None`] if the kernel does not tell.
///
/// # Errors
///
/// Only root may see it, or it cannot be read.
pub fn available_functions(root: &Root) -> Result<Option<String>, SystemError> {
    read(root, "available_filter_functions")
}

fn read(root: &Root, file: &str) -> Result<Option<String>, SystemError> {
    for directory in TRACEFS {
        match root.read(format!("{directory}/{file}"), MAX) {
            Ok(bytes) => return Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.is_not_found() => (),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn parse(text: &str) -> Vec<Traced> {
    let mut all: Vec<Traced> = Vec::new();

    for line in text.lines() {
        match (line.starts_with(char::is_whitespace), all.last_mut()) {
            // More about the function before.
            (true, Some(last)) => {
                last.users.push(' ');
                last.users.push_str(line.trim());
            }
            (true, None) => (),
            (false, _) => all.extend(function(line)),
        }
    }
    all
}

fn function(line: &str) -> Option<Traced> {
    let (place, rest) = line.split_once(" (")?;
    let (_, rest) = rest.split_once(')')?;
    let (flags, users) = rest.split_once('\t').unwrap_or((rest, ""));
    let mut words = place.split_ascii_whitespace();
    let flag = |flag: &str| flags.split_ascii_whitespace().any(|word| word == flag);

    Some(Traced {
        function: words.next()?.to_owned(),
        module: words
            .next()
            .map(|word| word.trim_matches(['[', ']']).to_owned()),
        ipmodify: flag("I"),
        direct: flag("D"),
        users: users.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    const TEXT: &str = "\
cmdline_proc_show (1)   I       \ttramp: 0xffffffffc0 (klp_ftrace_handler+0x0/0x1)->arch_ftrace_ops_list_func
msleep (2) R I D O M \ttramp: ERROR!
\tdirect-->bpf_trampoline_6442
test_show [test_mod] (1) R           \ttramp: x (kprobe_ftrace_handler+0x0/0x1)
schedule (1)            
";

    #[test]
    fn functions_are_read() {
        let all = parse(TEXT);

        assert_eq!(all.len(), 4);
        assert!(all[0].is("vmlinux", "cmdline_proc_show"));
        assert!(all[0].ipmodify && !all[0].direct);
        assert!(all[0].users.contains("klp_ftrace_handler"));
        assert!(all[1].ipmodify && all[1].direct);
        assert!(all[1].users.ends_with("direct-->bpf_trampoline_6442"));
        assert!(all[2].is("test_mod", "test_show") && !all[2].ipmodify);
        assert!(!all[3].ipmodify && !all[3].direct && all[3].users.is_empty());
    }

    #[test]
    fn both_places_are_looked_at() {
        for directory in TRACEFS {
            let machine = Machine::new();
            machine.write(&format!("{}/enabled_functions", &directory[1..]), TEXT);
            let all = enabled_functions(&machine.system().root).unwrap().unwrap();

            assert_eq!(all.len(), 4);
        }
        assert_eq!(
            enabled_functions(&Machine::new().system().root).unwrap(),
            None
        );
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for text in [
            "",
            "\n",
            "foo",
            "foo (1",
            "\tdirect",
            " (1) I",
            "[] () D",
            "\u{0}\u{0}",
            "foo ()",
        ] {
            let _ = parse(text);
        }
        assert_eq!(parse("foo bar\n#### all functions enabled ####\n"), []);
    }
}
