// SPDX-License-Identifier: GPL-2.0

//! The names of source files, in directives for the debug information.

use super::line::{Kind, Line};

/// Returns the directive with the directory and the name in one, if it has them in two.
///
/// `.file NUMBER "DIRECTORY" "NAME"` is what DWARF 5 has; GNU as takes it only when it is told to write that version. With one
/// name every version can be written.
pub fn joined(line: &Line<'_>) -> Option<String> {
    let Kind::Directive(".file", arguments) = line.kind else {
        return None;
    };
    let (number, names) = arguments.split_once(char::is_whitespace)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (directory, rest) = quoted(names.trim_start())?;
    // A checksum of the file may follow, which only DWARF 5 can have.
    let (name, _checksum) = quoted(rest.trim_start())?;
    let path = if name.starts_with('/') || directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    };
    Some(format!("\t.file\t{number} \"{path}\""))
}

/// Takes a quoted name, still with its escapes, from the beginning of a text.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (index, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some((&inner[..index], &inner[index + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(text: &str) -> Option<String> {
        joined(&Line::parse_all(text)[0])
    }

    #[test]
    fn two_names_become_one() {
        for (from, to) in [
            (
                "\t.file\t1 \"/a b\" \"main.rs\"",
                "\t.file\t1 \"/a b/main.rs\"",
            ),
            (
                "\t.file\t12 \"/a\\\"b\" \"m.rs\" md5 0x12",
                "\t.file\t12 \"/a\\\"b/m.rs\"",
            ),
            ("\t.file\t3 \"/a\" \"/b/c.rs\"", "\t.file\t3 \"/b/c.rs\""),
        ] {
            assert_eq!(join(from).as_deref(), Some(to));
        }
    }

    #[test]
    fn others_are_left_alone() {
        for text in [
            "\t.file\t\"main.123-cgu.0\"",
            "\t.file\t1 \"/a/main.rs\"",
            "\t.loc\t1 2 \"a\" \"b\"",
        ] {
            assert_eq!(join(text), None);
        }
    }
}
