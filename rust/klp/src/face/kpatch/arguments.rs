// SPDX-License-Identifier: GPL-2.0

//! The arguments of `install` and `uninstall`, as getopt(1) takes them: options anywhere, long ones cut short.

/// The long option.
const LONG: &str = "kernel-version";

/// What was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// The release of the kernel; the last one counts.
    pub(super) release: Option<String>,
    /// The module; the first one counts.
    pub(super) module: Option<String>,
}

/// Reads the arguments.
///
/// # Errors
///
/// What getopt would print.
pub(super) fn parse(arguments: &[&str]) -> Result<Arguments, String> {
    let mut parsed = Arguments::default();
    let mut arguments = arguments.iter();
    let mut operands = Vec::new();

    while let Some(&argument) = arguments.next() {
        if argument == "--" {
            operands.extend(arguments.by_ref().copied());
        } else if let Some(long) = argument.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            if name.is_empty() || !LONG.starts_with(name) {
                return Err(format!("getopt: unrecognized option '{argument}'"));
            }
            let value = value.or_else(|| arguments.next().copied());
            let value =
                value.ok_or_else(|| format!("getopt: option '--{LONG}' requires an argument"))?;
            parsed.release = Some(value.to_owned());
        } else if let Some(short) = argument.strip_prefix('-').filter(|short| !short.is_empty()) {
            let Some(value) = short.strip_prefix('k') else {
                let option = short.chars().next().unwrap_or('-');
                return Err(format!("getopt: invalid option -- '{option}'"));
            };
            let value = match value.is_empty() {
                true => arguments
                    .next()
                    .copied()
                    .ok_or("getopt: option requires an argument -- 'k'")?,
                false => value,
            };
            parsed.release = Some(value.to_owned());
        } else {
            operands.push(argument);
        }
    }
    parsed.module = operands.first().map(|operand| (*operand).to_owned());
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_as_getopt_does() {
        for (given, release, module) in [
            (&["m"][..], None, Some("m")),
            (&[], None, None),
            (&["-k", "1", "m"], Some("1"), Some("m")),
            (&["-k1", "m"], Some("1"), Some("m")),
            (&["m", "-k", "1"], Some("1"), Some("m")),
            (&["--kernel-version=1", "m"], Some("1"), Some("m")),
            (&["--kernel-version", "1", "m"], Some("1"), Some("m")),
            (&["--k=1", "m"], Some("1"), Some("m")),
            (&["--kernel", "1", "m"], Some("1"), Some("m")),
            (&["-k", "1", "-k", "2", "m"], Some("2"), Some("m")),
            (&["-k", "1", "--", "-k"], Some("1"), Some("-k")),
            (&["-", "m"], None, Some("-")),
            (&["m", "n"], None, Some("m")),
            (&["--kernel-version=", "m"], Some(""), Some("m")),
            (&[""], None, Some("")),
        ] {
            let arguments = parse(given).unwrap();
            assert_eq!(arguments.release.as_deref(), release, "{given:?}");
            assert_eq!(arguments.module.as_deref(), module, "{given:?}");
        }
    }

    #[test]
    fn what_getopt_refuses_is_refused() {
        for (given, message) in [
            (&["-x", "m"][..], "getopt: invalid option -- 'x'"),
            (&["-xk", "m"], "getopt: invalid option -- 'x'"),
            (&["--all"], "getopt: unrecognized option '--all'"),
            (&["--all=1"], "getopt: unrecognized option '--all=1'"),
            (&["m", "-k"], "getopt: option requires an argument -- 'k'"),
            (
                &["m", "--kernel-version"],
                "getopt: option '--kernel-version' requires an argument",
            ),
            (
                &["m", "--k"],
                "getopt: option '--kernel-version' requires an argument",
            ),
        ] {
            assert_eq!(parse(given).unwrap_err(), message, "{given:?}");
        }
    }
}
