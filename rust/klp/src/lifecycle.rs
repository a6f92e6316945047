// SPDX-License-Identifier: GPL-2.0

//! How long livepatches are supported: the data of `zypper lifecycle`.
//!
//! ```text
//! kernel-livepatch-6_4_0-*, *, 2026-10-31, successor
//! [A]                       [B] [C]        [D]
//!
//! [A]  name of a package; `*` is any text
//! [B]  its version, likewise
//! [C]  the end of its support; empty if there is a successor
//! [D]  the package that comes after it, if any
//! ```
//!
//! The first line that fits counts. `#` begins a comment. Regular expressions, which are possible too (`/../`), are not understood.

use crate::system::{Root, SystemError};

/// Where the files are, the first before the others.
const DIRECTORIES: [&str; 3] = [
    "/var/lib/lifecycle/data",
    "/usr/lib/lifecycle/data",
    "/usr/share/lifecycle/data",
];

/// What their names end in.
const SUFFIX: &str = ".lifecycle";

/// Returns the day on which the support of a package ends; [`None`] if no file says it.
///
/// # Errors
///
/// A file cannot be read.
pub fn end(root: &Root, package: &str, version: &str) -> Result<Option<String>, SystemError> {
    for directory in DIRECTORIES {
        for entry in root.list_optional(directory)? {
            if entry.is_directory || !entry.name.ends_with(SUFFIX) {
                continue;
            }
            let text = root
                .read_optional(format!("{directory}/{}", entry.name))?
                .unwrap_or_default();
            if let Some(date) = find(&text, package, version) {
                return Ok(Some(date.to_owned()));
            }
        }
    }
    Ok(None)
}

fn find<'a>(text: &'a str, package: &str, version: &str) -> Option<&'a str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .find_map(|line| {
            let mut fields = line.split(',').map(str::trim);
            let (name, of, date) = (fields.next()?, fields.next()?, fields.next()?);
            (matches(name, package) && matches(of, version)).then_some(date)
        })
        .filter(|date| is_date(date))
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Returns whether a text fits a pattern, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    #[test]
    fn the_first_line_that_fits_counts() {
        let machine = Machine::new();
        machine.write(
            "var/lib/lifecycle/data/sle-live-patching.lifecycle",
            "# name,version,date\nkernel-livepatch-a, 1-*, 2026-10-31\nkernel-livepatch-*, *, 2027-01-01\n",
        );
        machine.write(
            "usr/share/lifecycle/data/x.lifecycle",
            "other,*,2028-01-01,next\nlate,*,,next\nbad,*,soon\nshort\n",
        );
        machine.write("usr/share/lifecycle/data/y.txt", "txt,*,2028-01-01\n");
        let root = machine.system().root;
        let end = |name: &str, version: &str| end(&root, name, version).unwrap();

        assert_eq!(
            end("kernel-livepatch-a", "1-2").as_deref(),
            Some("2026-10-31")
        );
        assert_eq!(
            end("kernel-livepatch-a", "2-2").as_deref(),
            Some("2027-01-01")
        );
        assert_eq!(end("other", "1").as_deref(), Some("2028-01-01"));
        for name in ["late", "bad", "short", "txt", "none"] {
            assert_eq!(end(name, "1"), None, "{name}");
        }
    }

    #[test]
    fn patterns_fit() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c", false),
            ("ab*b", "ab", false),
            ("", "", true),
            ("**", "a", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
