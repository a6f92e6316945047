// SPDX-License-Identifier: GPL-2.0

//! The table of the documentation, from the rules themselves.

use std::fmt::Write as _;

use crate::arch::ARCHES;
use crate::rule::Rule;
use crate::rules::{self, harmless};

/// Returns the table, in Markdown.
pub fn markdown() -> String {
    let mut text = String::from("| Mechanism | Kernel option | C gets | Our objects get | Refused when |\n|---|---|---|---|---|\n");
    let mut told: Vec<&str> = Vec::new();
    for rule in rules::RULES
        .iter()
        .chain(ARCHES.iter().flat_map(|arch| arch.rules))
    {
        // Some are those of several architectures.
        if !told.contains(&rule.row.mechanism) {
            told.push(rule.row.mechanism);
            row(&mut text, rule);
        }
    }
    text.push_str(
        "\nC flags that say nothing of our objects, and why:\n\n| C flags | Why |\n|---|---|\n",
    );
    for (flags, why) in harmless::FLAGS {
        let flags: Vec<String> = flags
            .iter()
            .map(|flag| format!("`{}`", flag.trim_end()))
            .collect();
        let _ = writeln!(text, "| {} | {why} |", flags.join(", "));
    }
    text
}

fn row(text: &mut String, rule: &Rule) {
    let row = &rule.row;
    let options: Vec<String> = row
        .options
        .iter()
        .map(|option| format!("`{option}`"))
        .collect();
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} |",
        row.mechanism,
        options.join(", "),
        row.c,
        row.ours,
        row.refused
    );
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_documentation_has_it() {
        let documented: Vec<&str> = include_str!("main.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! |"))
            .collect();
        let table = super::markdown();
        let expected: Vec<&str> = table
            .lines()
            .filter_map(|line| line.strip_prefix('|'))
            .collect();
        assert_eq!(
            documented, expected,
            "put the output of `codegen table` into the documentation of the crate"
        );
    }
}
