// SPDX-License-Identifier: GPL-2.0

//! Ways that the code of a module must not go: unwinding, and formatting text that nobody writes.
//!
//! A panic is one instruction here, without a message. What refers to a path of the standard library that formats or unwinds
//! nevertheless is there because of something that the author did not mean, and would be some kilobytes in the kernel that
//! nothing calls.
//!
//! The names are those of rustc's `v0` mangling: each part of a path is preceded by its length.

use std::collections::BTreeSet;

/// What unwinding is made of, in rustc's and in the C compilers' run-time libraries.
const UNWINDING: [&str; 6] = [
    "rust_begin_unwind",
    "rust_eh_personality",
    "rust_panic",
    "__rust_start_panic",
    "_Unwind_",
    "__gxx_personality",
];
/// `core::fmt`.
const FORMATTING: &str = "4core3fmt";
/// The function that whoever has text to write implements, and its trait.
const WRITER: [&str; 2] = ["9write_str", "5Write"];

/// Returns what is wrong with the assembly of a module, a line each.
pub fn problems(text: &str) -> Vec<String> {
    let mut unwinding = BTreeSet::new();
    let mut formatting = BTreeSet::new();
    let mut writes = false;
    for symbol in symbols(text) {
        if UNWINDING.iter().any(|name| symbol.contains(name)) {
            unwinding.insert(symbol);
        }
        if symbol.starts_with("_R") {
            writes |= is_writer(symbol);
            if symbol.contains(FORMATTING) {
                formatting.insert(symbol);
            }
        }
    }
    let mut problems: Vec<String> = unwinding
        .into_iter()
        .map(|symbol| {
            format!(
                "the module refers to {}, of which unwinding is made: nothing may unwind in the kernel",
                readable(symbol)
            )
        })
        .collect();
    if let (false, Some(symbol)) = (writes, formatting.first()) {
        problems.push(format!(
            "the module refers to {}, and nothing in it writes text: remove what formats (a Debug or Display that is used as a \
             function, format_args!())",
            readable(symbol)
        ));
    }
    problems
}

/// Returns the names in assembly, without those in comments, strings and debug information.
fn symbols(text: &str) -> impl Iterator<Item = &str> {
    let mut debug = false;
    text.lines()
        .filter(move |line| {
            let mut words = line.split_whitespace();
            match words.next() {
                Some(".section") => {
                    debug = words.next().is_some_and(|name| name.starts_with(".debug"));
                    false
                }
                Some(".text" | ".data" | ".bss") => {
                    debug = false;
                    false
                }
                Some(word) => !debug && !word.starts_with('#') && !is_text(word),
                None => false,
            }
        })
        .flat_map(|line| {
            line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        })
        .filter(|word| !word.is_empty())
}

/// Returns whether what follows a directive is text.
fn is_text(directive: &str) -> bool {
    matches!(
        directive,
        ".ascii" | ".asciz" | ".string" | ".file" | ".ident"
    )
}

/// Returns whether the symbol is a function that takes text, of another crate than core.
fn is_writer(symbol: &str) -> bool {
    WRITER.iter().all(|part| symbol.contains(part))
        && identifiers(symbol)
            .next()
            .is_some_and(|name| name != "core")
}

/// Returns the parts of the path, joined.
fn readable(symbol: &str) -> String {
    if !symbol.starts_with("_R") {
        return symbol.to_owned();
    }
    let parts: Vec<&str> = identifiers(symbol).collect();
    parts.join("::")
}

/// Returns the parts of the paths in a symbol, in their order.
fn identifiers(symbol: &str) -> impl Iterator<Item = &str> {
    let mut rest = symbol.strip_prefix("_R").unwrap_or(symbol);
    std::iter::from_fn(move || loop {
        let mut characters = rest.chars();
        match characters.next()? {
            // A disambiguator or a reference back: letters and digits up to an underscore.
            's' | 'B' => {
                let (_, after) = rest.split_once('_')?;
                rest = after;
            }
            '1'..='9' => {
                let digits = rest
                    .find(|character: char| !character.is_ascii_digit())
                    .unwrap_or(rest.len());
                let length: usize = rest[..digits].parse().ok()?;
                // Names that begin like a number have an underscore in front.
                let start = digits + usize::from(rest[digits..].starts_with('_'));
                let name = rest.get(start..start.checked_add(length)?)?;
                rest = &rest[start + length..];
                return Some(name);
            }
            _ => rest = characters.as_str(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISPLAY: &str = "_RNvXs_NtNtCs1_4core3fmt3numjNtB6_7Display3fmt";
    const WRITES: &str =
        "_RNvXNtNtNtCs9_9livepatch8platform4core5printNtB2_4LineNtNtCs1_4core3fmt5Write9write_str";
    const CORE_WRITES: &str =
        "_RNvXNtNtCs1_4core3fmt8buildersNtB2_10PadAdapterNtB4_5Write9write_str";

    #[test]
    fn code_that_only_works_is_good() {
        let text = "\t.text\nf:\n\tcallq\tseq_printf\n\tud2\n";
        assert!(problems(text).is_empty());
    }

    #[test]
    fn unwinding_is_found() {
        for symbol in [
            "rust_eh_personality",
            "_Unwind_Resume",
            "_RNvCs4_7___rustc17rust_begin_unwind",
        ] {
            let text = format!("f:\n\tcallq\t{symbol}@PLT\n");
            let problems = problems(&text);
            assert_eq!(problems.len(), 1, "{symbol}");
            assert!(problems[0].contains("unwind"), "{}", problems[0]);
        }
    }

    #[test]
    fn formatting_needs_a_writer() {
        let formats = format!("f:\n\tleaq\t{DISPLAY}(%rip), %rax\n");
        let found = problems(&formats);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("core::fmt::num"), "{}", found[0]);
        assert_eq!(
            problems(&format!("{formats}\t.quad\t{CORE_WRITES}\n")).len(),
            1
        );
        assert!(problems(&format!("{formats}\t.quad\t{WRITES}\n")).is_empty());
    }

    #[test]
    fn what_is_only_told_is_not_code() {
        let text = format!(
            "\t.text\n\t# {DISPLAY}\n\t.asciz\t\"{DISPLAY}\"\n\t.section\t.debug_info,\"\",@progbits\n\t.quad\t{DISPLAY}\n"
        );
        assert!(problems(&text).is_empty());
        let text = format!("{text}\t.text\n\tcallq\t{DISPLAY}\n");
        assert_eq!(problems(&text).len(), 1);
    }

    #[test]
    fn a_path_is_read() {
        let parts: Vec<&str> = identifiers(WRITES).collect();
        assert_eq!(
            parts,
            [
                "livepatch",
                "platform",
                "core",
                "print",
                "Line",
                "core",
                "fmt",
                "Write",
                "write_str"
            ]
        );
    }
}
