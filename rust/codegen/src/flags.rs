// SPDX-License-Identifier: GPL-2.0

//! The C compiler's flags, and which of them a rule has answered for.

use std::cell::Cell;

/// Flags whose value can be the next argument.
const WITH_ARGUMENT: &[&str] = &[
    "-D",
    "-I",
    "-U",
    "-idirafter",
    "-imacros",
    "-include",
    "-iquote",
    "-isystem",
    "-mllvm",
    "--param",
    "-target",
];

/// Flags whose value is a list that later flags add to or take from.
const LISTS: &[(&str, &str)] = &[
    ("-fsanitize=", "-fno-sanitize="),
    ("-fsanitize-coverage=", "-fno-sanitize-coverage="),
    ("-fsanitize-trap=", "-fno-sanitize-trap="),
];

/// One flag, with its value.
#[derive(Debug)]
struct Flag {
    text: String,
    claimed: Cell<bool>,
}

/// The flags of a C object, in order.
///
/// Looking a flag up claims it: what nothing has claimed at the end is a flag that nobody knows.
#[derive(Debug)]
pub struct CFlags {
    flags: Vec<Flag>,
}

impl CFlags {
    /// Parses the arguments of a C compiler.
    pub fn new(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if WITH_ARGUMENT.contains(&argument.as_str()) {
                // The compiler refuses a flag without its value before we do.
                let value = arguments.next().unwrap_or_default();
                let separator = if argument == "--param" { "=" } else { " " };
                texts.push(format!("{argument}{separator}{value}"));
            } else if let Some((prefix, items)) = list(&argument, |lists| lists.0) {
                texts.extend(items.map(|item| format!("{prefix}{item}")));
            } else if let Some((prefix, items)) = list(&argument, |lists| lists.1) {
                let prefix = prefix.replacen("-fno-", "-f", 1);
                for item in items {
                    let whole = format!("{prefix}{item}");
                    texts.retain(|text| {
                        *text != whole && (item != "all" || !text.starts_with(&prefix))
                    });
                }
            } else {
                texts.push(argument);
            }
        }
        let flags = texts.into_iter().map(|text| Flag {
            text,
            claimed: Cell::new(false),
        });
        Self {
            flags: flags.collect(),
        }
    }

    /// Returns the last of the flags that are one of `names`: the one that counts.
    pub fn last(&self, names: &[&str]) -> Option<&str> {
        self.claim(|text| names.contains(&text))
    }

    /// Returns whether the flag is there, and it is `on`, not `off`, that came last.
    pub fn on(&self, on: &str, off: &str) -> bool {
        self.last(&[on, off]) == Some(on)
    }

    /// Returns whether the flag is there.
    pub fn has(&self, name: &str) -> bool {
        self.last(&[name]).is_some()
    }

    /// Returns the value of the last flag that begins with `prefix`, such as `-march=`.
    pub fn value(&self, prefix: &str) -> Option<&str> {
        self.claim(|text| text.starts_with(prefix))
            .map(|text| &text[prefix.len()..])
    }

    /// Returns the last flag that begins with `prefix`, whole.
    pub fn starting(&self, prefix: &str) -> Option<&str> {
        self.claim(|text| text.starts_with(prefix))
    }

    /// Claims each flag that `known` says yes to.
    pub fn claim(&self, known: impl Fn(&str) -> bool) -> Option<&str> {
        let mut last = None;
        for flag in &self.flags {
            if known(&flag.text) {
                flag.claimed.set(true);
                last = Some(flag.text.as_str());
            }
        }
        last
    }

    /// Returns the flags that nothing has claimed.
    pub fn unclaimed(&self) -> impl Iterator<Item = &str> {
        self.flags
            .iter()
            .filter(|flag| !flag.claimed.get())
            .map(|flag| flag.text.as_str())
    }
}

/// Splits a flag with a list into what is before the list, and the list's items.
fn list(
    argument: &str,
    which: impl Fn(&(&'static str, &'static str)) -> &'static str,
) -> Option<(&'static str, std::str::Split<'_, char>)> {
    LISTS.iter().map(which).find_map(|prefix| {
        let items = argument.strip_prefix(prefix)?;
        Some((prefix, items.split(',')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(text: &str) -> CFlags {
        CFlags::new(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_last_flag_counts() {
        let flags =
            flags("-fstack-protector -fno-stack-protector -fstack-protector-strong -O2 -Os");
        assert_eq!(
            flags.last(&["-fno-stack-protector", "-fstack-protector-strong"]),
            Some("-fstack-protector-strong")
        );
        assert_eq!(flags.last(&["-O2", "-Os"]), Some("-Os"));
        assert_eq!(flags.unclaimed().collect::<Vec<_>>(), ["-fstack-protector"]);
    }

    #[test]
    fn a_flag_can_be_switched_off() {
        assert!(flags("-pg").on("-pg", "-no-pg"));
        assert!(!flags("-pg -no-pg").on("-pg", "-no-pg"));
        assert!(!flags("").on("-pg", "-no-pg"));
    }

    #[test]
    fn a_value_can_be_the_next_argument() {
        let flags = flags("-include a.h -I b --param max=1 --param=min=2 -mllvm -x -D A=1 -DB");
        assert_eq!(
            flags.unclaimed().collect::<Vec<_>>(),
            [
                "-include a.h",
                "-I b",
                "--param=max=1",
                "--param=min=2",
                "-mllvm -x",
                "-D A=1",
                "-DB"
            ]
        );
        assert_eq!(flags.value("--param=min="), Some("2"));
        assert_eq!(flags.starting("-mllvm "), Some("-mllvm -x"));
    }

    #[test]
    fn lists_are_taken_apart() {
        let flags = flags(
            "-fsanitize=kcfi,shift,bool -fno-sanitize=shift -fsanitize-coverage=trace-pc,trace-cmp",
        );
        assert!(flags.has("-fsanitize=kcfi"));
        assert!(!flags.has("-fsanitize=shift"));
        assert!(flags.has("-fsanitize=bool"));
        assert!(flags.has("-fsanitize-coverage=trace-cmp"));
        assert_eq!(
            flags.unclaimed().collect::<Vec<_>>(),
            ["-fsanitize-coverage=trace-pc"]
        );
    }

    #[test]
    fn a_list_can_be_emptied() {
        let flags = flags("-fsanitize=kcfi,shift -fno-sanitize=all -fsanitize=bool");
        assert_eq!(flags.unclaimed().collect::<Vec<_>>(), ["-fsanitize=bool"]);
    }
}
