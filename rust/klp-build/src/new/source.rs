// SPDX-License-Identifier: GPL-2.0

//! Finds where a function of C is defined, in the source of a kernel.
//!
//! It reads as people do: a definition begins at the left margin, and a brace follows its arguments.

use std::fs;
use std::path::{Path, PathBuf};

/// The most files that are looked at; a kernel has some 40,000.
const MAX_FILES: usize = 200_000;

/// The largest file that is looked at, in bytes.
const MAX_SIZE: u64 = 8 << 20;

/// Directories that hold nothing of the kernel.
const OTHERS: [&str; 5] = ["Documentation", "samples", "scripts", "tools", "usr"];

/// Returns the place of a definition, `net/core/pktgen.c:123`.
///
/// `module` is the file of the module that has it: its directory is the source's, and is looked at first.
pub(super) fn find(source: &Path, module: Option<&Path>, function: &str) -> Option<String> {
    let near = module.and_then(|module| {
        let mut directories = module.parent()?.components().rev();
        let below: Vec<_> = directories
            .by_ref()
            .take_while(|directory| directory.as_os_str() != "kernel")
            .collect();
        Some(below.into_iter().rev().collect::<PathBuf>())
    });
    let mut left = MAX_FILES;

    near.and_then(|near| below(source, &near, function, &mut left))
        .or_else(|| below(source, Path::new(""), function, &mut left))
}

fn below(source: &Path, directory: &Path, function: &str, left: &mut usize) -> Option<String> {
    let mut entries: Vec<_> = fs::read_dir(source.join(directory))
        .ok()?
        .filter_map(Result::ok)
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);

    for entry in entries {
        let path = directory.join(entry.file_name());
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        *left = left.checked_sub(1)?;
        if kind.is_dir() {
            let is_other = OTHERS.iter().any(|other| path == Path::new(other));
            if is_other || path == Path::new("arch") {
                continue;
            }
            if let Some(place) = below(source, &path, function, left) {
                return Some(place);
            }
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "c") {
            let is_small = entry.metadata().is_ok_and(|data| data.len() <= MAX_SIZE);
            let Some(text) = is_small
                .then(|| fs::read(source.join(&path)).ok())
                .flatten()
            else {
                continue;
            };
            if let Some(line) = definition(&String::from_utf8_lossy(&text), function) {
                return Some(format!("{}:{line}", path.display()));
            }
        }
    }
    None
}

/// Returns the line of the definition of a function.
fn definition(text: &str, function: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut from = 0;

    while let Some(found) = text.get(from..)?.find(function) {
        let start = from + found;
        let end = start + function.len();
        from = end;
        let before = text.get(..start)?;
        let after = text.get(end..)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text.get(line_start..start)?;

        if before.ends_with(is_word) || !after.starts_with('(') {
            continue;
        }
        // What is called is indented, what is declared ends with a semicolon.
        let is_at_margin = line.is_empty() || line.starts_with(is_word);
        if is_at_margin && !line.contains(['(', '=']) && is_body(after) {
            return Some(before.matches('\n').count() + 1);
        }
    }
    None
}

/// Returns whether a brace follows the arguments.
fn is_body(text: &str) -> bool {
    let mut depth = 0u32;

    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => {
                let rest = text.get(index + 1..).unwrap_or_default();
                return rest.trim_start().starts_with('{');
            }
            ')' => depth = depth.saturating_sub(1),
            ';' | '{' | '}' => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
static int foo(struct a *a);
int other(void)
{
\tfoo(1);
\tif (foo(2)) {
\t}
\tint x = foo(3);
}
static int foo(struct a *a,
\t       int (*f)(void))
{
}
int
bar(void) {}
x = bar2(1);
";

    #[test]
    fn definitions() {
        assert_eq!(definition(TEXT, "foo"), Some(9));
        assert_eq!(definition(TEXT, "other"), Some(2));
        assert_eq!(definition(TEXT, "bar"), Some(14));
        for none in ["bar2", "fo", "nothing"] {
            assert_eq!(definition(TEXT, none), None, "{none}");
        }
    }

    #[test]
    fn the_directory_of_the_module_comes_first() {
        let top = tempfile::tempdir().unwrap();
        for directory in ["a", "net/core"] {
            let directory = top.path().join(directory);
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join("x.c"), TEXT).unwrap();
        }
        let module = Path::new("/k/lib/modules/7/kernel/net/core/x.ko.xz");

        let near = find(top.path(), Some(module), "foo");
        assert_eq!(near.as_deref(), Some("net/core/x.c:9"));
        assert_eq!(find(top.path(), None, "foo").as_deref(), Some("a/x.c:9"));
        assert_eq!(find(top.path(), None, "nothing"), None);
        assert_eq!(find(Path::new("/no/such"), None, "foo"), None);
    }
}
